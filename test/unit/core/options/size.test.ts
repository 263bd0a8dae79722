// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseSize } from '../../../../core/options/size.ts'

describe('a size', () => {
  const rows: readonly (readonly [text: string, bytes: number])[] = [
    ['0', 0],
    ['100', 100],
    ['100b', 100],
    ['1k', 1024],
    ['64M', 64 << 20],
    ['64mb', 64 << 20],
    ['64MiB', 64 << 20],
    ['1.5g', 1.5 * 2 ** 30],
    ['2t', 2 ** 41],
  ]
  for (const [text, bytes] of rows) {
    it(`of ${text}`, () => assert.equal(parseSize('memory', text), bytes))
  }
  for (const text of ['', '-1', 'k', '1q', '1kk', '1,5m', '9007199254740993', '99999t']) {
    it(`is not ${JSON.stringify(text)}`, () => {
      const want = { code: 'USAGE', message: /"--memory"/, hint: /64m/ }
      assert.throws(() => parseSize('memory', text), want)
    })
  }
})
