// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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
