// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { displayWidth } from '../../../cli/display-width.ts'
import { table } from '../../../cli/table.ts'

const columns = [
  { heading: 'NAME', cell: (row: readonly [string, string]) => row[0] },
  { heading: 'ID', cell: (row: readonly [string, string]) => row[1] },
]

describe('table', () => {
  it('aligns the columns and ends no line with a blank', () => {
    const rows = [['demo', '1'] as const, ['a longer one', ''] as const]
    const lines = ['NAME          ID', 'demo          1', 'a longer one']
    assert.deepEqual(table({ columns, rows, heading: true }), lines)
  })

  it('leaves the headings out, and does not make room for them', () => {
    assert.deepEqual(table({ columns, rows: [['a', '1']], heading: false }), ['a  1'])
  })

  it('is the headings alone when there are no rows', () => {
    assert.deepEqual(table({ columns, rows: [], heading: true }), ['NAME  ID'])
    assert.deepEqual(table({ columns, rows: [], heading: false }), [])
  })

  it('counts wide characters as two columns', () => {
    const rows = [['日本', '1'] as const, ['abcde', '2'] as const]
    assert.deepEqual(table({ columns, rows, heading: false }), ['日本   1', 'abcde  2'])
  })

  it('does not let a name drive the terminal', () => {
    assert.deepEqual(table({ columns, rows: [['\x1b[2J', '1']], heading: false }), ['\\x1b[2J  1'])
  })
})

const widths: readonly (readonly [name: string, text: string, want: number])[] = [
  ['nothing', '', 0],
  ['ASCII', 'a-z', 3],
  ['Latin letters', 'Größe', 5],
  ['an accent of its own', 'e\u0301', 1],
  ['a mark without a letter to join', 'q\u0323', 1],
  ['a joiner without a shape', 'a\u200db', 2],
  ['ideographs', '日本語', 6],
  ['Hangul', '한국', 4],
  ['full-width letters', 'Ａ', 2],
  ['half-width katakana', 'ｱ', 1],
  ['an emoji', '😀', 2],
]

describe('displayWidth', () => {
  for (const [name, text, want] of widths) {
    it(`of ${name} is ${want}`, () => assert.equal(displayWidth(text), want))
  }
})
