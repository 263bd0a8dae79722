// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseNumbers } from '../../../../core/hooks/parse-numbers.ts'

describe('JSON with large integers', () => {
  for (const [text, want] of [
    ['18446744073709551615', 2n ** 64n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740992', 2n ** 53n],
    ['[1,-2,1e3,0.5]', [1, -2, 1000, 0.5]],
    ['12345678901234567890.5', 12345678901234567e3],
    ['1234567890123456789e1', 12345678901234567e3],
    [
      '{"1234567890123456789":"1234567890123456789"}',
      { '1234567890123456789': '1234567890123456789' },
    ],
    ['"\\"1234567890123456789\\""', '"1234567890123456789"'],
    ['"\\u0000integer x"', '\0integer x'],
  ] as const)
    it(text, () => assert.deepEqual(parseNumbers(text), want))

  it('is not taken when it is none', () => {
    assert.throws(() => parseNumbers('{12345678901234567890}'), SyntaxError)
  })
})
