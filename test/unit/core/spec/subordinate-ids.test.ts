// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { subordinateIds } from '../../../../core/spec/subordinate-ids.ts'

const text = `# a comment
web:100000:65536
other:200000:65536
1001:300000:10
web:400000:5
web:500000:0
web:nonsense:1
`

describe('subordinateIds', () => {
  it('maps all lines of a name one after the other', () => {
    assert.deepEqual(subordinateIds(text, { name: 'web', id: undefined }), [
      { containerID: 0, hostID: 100_000, size: 65_536 },
      { containerID: 65_536, hostID: 400_000, size: 5 },
    ])
  })

  it('knows a user by the number as well', () => {
    assert.deepEqual(subordinateIds(text, { name: 'nobody', id: 1001 }), [
      { containerID: 0, hostID: 300_000, size: 10 },
    ])
  })

  it('has nothing for those who are not listed', () => {
    assert.deepEqual(subordinateIds(text, { name: 'nobody', id: undefined }), [])
  })
})
