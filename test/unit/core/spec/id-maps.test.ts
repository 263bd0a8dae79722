// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isMapped, sameIds } from '../../../../core/spec/id-maps.ts'

const uidMap = [
  { containerId: 0, hostId: 1000, size: 1 },
  { containerId: 1, hostId: 100_000, size: 65_536 },
]

describe('sameIds', () => {
  it('has one line per extent, the same number on both sides', () => {
    assert.deepEqual(sameIds({ uidMap, gidMap: uidMap.slice(0, 1) }), {
      uid: [
        { containerID: 0, hostID: 0, size: 1 },
        { containerID: 1, hostID: 1, size: 65_536 },
      ],
      gid: [{ containerID: 0, hostID: 0, size: 1 }],
    })
  })
})

describe('isMapped', () => {
  const gap = [
    { containerId: 0, hostId: 0, size: 2 },
    { containerId: 10, hostId: 10, size: 5 },
  ]
  const cases = [
    { id: 1, map: gap, want: true },
    { id: 2, map: gap, want: false },
    { id: 9, map: gap, want: false },
    { id: 10, map: gap, want: true },
    { id: 14, map: gap, want: true },
    { id: 15, map: gap, want: false },
    { id: 4_294_967_294, map: [{ containerId: 0, hostId: 0, size: 4_294_967_295 }], want: true },
    { id: 12345, map: [], want: true },
  ]
  for (const { id, map, want } of cases) {
    it(`is ${want} for ${id} in ${JSON.stringify(map)}`, () => {
      assert.equal(isMapped(id, map), want)
    })
  }
})
