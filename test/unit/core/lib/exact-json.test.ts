// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExactJson } from '../../../../core/lib/exact-json.ts'

const rows: readonly { readonly text: string; readonly want: unknown }[] = [
  { text: '1', want: 1 },
  { text: '9007199254740991', want: 9007199254740991 },
  { text: '9007199254740993', want: 9007199254740993n },
  { text: '18446744073709551615', want: 18446744073709551615n },
  { text: '[-18446744073709551615,0]', want: [-18446744073709551615n, 0] },
  { text: '{"a":18446744073709551615,"b":{"c":[1]}}', want: { a: 2n ** 64n - 1n, b: { c: [1] } } },
  { text: '"18446744073709551615"', want: '18446744073709551615' },
  { text: '"say \\"18446744073709551615\\" \\\\"', want: 'say "18446744073709551615" \\' },
  { text: '{"18446744073709551615": "x"}', want: { '18446744073709551615': 'x' } },
  { text: '12345678901234567890.5', want: Number('12345678901234567890.5') },
  { text: '12345678901234567890e2', want: Number('12345678901234567890e2') },
  { text: '0.12345678901234567890', want: 0.12345678901234568 },
  { text: '1e1000000000000000000', want: Number.POSITIVE_INFINITY },
  { text: '{"left": null, "kept": 0}', want: { kept: 0 } },
  { text: '"a backslash, then u0000: \\\\u0000"', want: 'a backslash, then u0000: \\u0000' },
]

describe('parseExactJson', () => {
  for (const { text, want } of rows)
    it(`reads ${text}`, () => assert.deepEqual(parseExactJson(text), want))

  for (const text of ['', '[1', '{a: 1}', '00', '[18446744073709551615', '"\\u0000"', '"\0"'])
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseExactJson(text), SyntaxError)
    })

  it('takes no string for a number of its own', () => {
    assert.throws(() => parseExactJson('[18446744073709551615, "\\\\\\u00000"]'), SyntaxError)
  })
})
