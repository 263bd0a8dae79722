// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { historyList } from '../../../cli/history-list.ts'

const id = 'a'.repeat(64)
const now = new Date('2026-01-02T00:00:00Z')
const long = `/bin/sh -c echo\tone &&\n  ${'x'.repeat(40)}`
const steps = [
  {
    id,
    created: '2026-01-01T22:00:00Z',
    createdBy: long,
    comment: 'last',
    sizeBytes: 1536,
    names: ['localhost/a:1'],
  },
  { id: undefined, created: undefined, createdBy: '', comment: '', sizeBytes: 0, names: [] },
]
const plain = { json: false, quiet: false, noheading: false, noTrunc: false, now }

describe('historyList', () => {
  it('is a table with texts on one line, cut to what fits', () => {
    assert.deepEqual(historyList(steps, plain), [
      'ID            CREATED      CREATED BY                                     SIZE     COMMENT',
      `aaaaaaaaaaaa  2 hours ago  /bin/sh -c echo one && ${'x'.repeat(21)}…  1.54 kB  last`,
      '<missing>                                                                 0 B',
    ])
  })

  it('shows whole texts and ids when it is told so', () => {
    const [line = ''] = historyList(steps, { ...plain, noheading: true, noTrunc: true })
    assert.ok(line.startsWith(`${id}  2 hours ago  /bin/sh -c echo one && ${'x'.repeat(40)}  `))
  })

  it('is ids alone', () => {
    const quiet = { ...plain, quiet: true }
    assert.deepEqual(historyList(steps, quiet), ['a'.repeat(12), '<missing>'])
    assert.deepEqual(historyList(steps, { ...quiet, noTrunc: true }), [id, '<missing>'])
  })

  it('is JSON with the fields of podman', () => {
    const [text = ''] = historyList(steps, { ...plain, json: true })
    assert.deepEqual(JSON.parse(text), [
      {
        id,
        created: '2026-01-01T22:00:00Z',
        CreatedBy: long,
        size: 1536,
        comment: 'last',
        tags: ['localhost/a:1'],
      },
      { id: '<missing>', CreatedBy: '', size: 0, comment: '', tags: [] },
    ])
  })
})
