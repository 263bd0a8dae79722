// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { displayWidth } from '../../../cli/display-width.ts'

const cases: readonly { readonly name: string; readonly text: string; readonly want: number }[] = [
  { name: 'nothing takes nothing', text: '', want: 0 },
  { name: 'ASCII takes a column a letter', text: 'run --rm ~', want: 10 },
  { name: 'letters with accents too', text: 'zażółć', want: 6 },
  { name: 'a combining accent takes none', text: 'e\u0301', want: 1 },
  { name: 'Chinese, Japanese and Korean take two', text: '日本ご한', want: 8 },
  { name: 'full-width forms take two, half-width ones one', text: 'Ａｱ', want: 3 },
  { name: 'an emoji takes two', text: '🚀', want: 2 },
  { name: 'a variation selector takes none', text: '✓\ufe0f', want: 1 },
]

describe('displayWidth', () => {
  for (const { name, text, want } of cases) {
    it(name, () => assert.equal(displayWidth(text), want))
  }
})
