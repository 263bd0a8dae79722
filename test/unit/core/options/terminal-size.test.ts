// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTerminalSize } from '../../../../core/options/terminal-size.ts'

describe('the size of a terminal', () => {
  it('is columns and rows', () => {
    assert.deepEqual(parseTerminalSize('132x24'), { width: 132, height: 24 })
    assert.deepEqual(parseTerminalSize('1X65535'), { width: 1, height: 65_535 })
  })
  for (const text of ['', '80', '80x', 'x24', '0x24', '80x0', '80x65536', '-1x2', '80*24']) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseTerminalSize(text), { code: 'USAGE', hint: /80x24/ })
    })
  }
})
