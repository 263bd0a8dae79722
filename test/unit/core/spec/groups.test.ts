// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withGroups } from '../../../../core/spec/groups.ts'
import type { IdRights } from '../../../../core/spec/id-maps.ts'

const host: IdRights = { rung: 1, uidMap: [], gidMap: [], hostUid: 0 }
const own = [{ containerId: 0, hostId: 1000, size: 1 }]
const single: IdRights = { rung: 4, uidMap: own, gidMap: own, hostUid: 1000 }
const range: IdRights = {
  ...single,
  rung: 3,
  gidMap: [...own, { containerId: 1, hostId: 100_000, size: 100 }],
}

const user = { uid: 7, gid: 8, additionalGids: [8, 50], home: '/', name: 'seven' }
const files = { passwd: undefined, group: 'staff:x:50:\ndisk:x:60:\n' }
const add = (...names: readonly string[]) => ({ keep: false, names })

describe('withGroups', () => {
  const rows = [
    { name: 'adds names and numbers, each once', names: ['disk', '70', 'staff'], gids: [60, 70] },
    { name: 'adds nothing unasked', names: [], gids: [] },
  ]
  for (const { name, names, gids } of rows) {
    it(name, () => {
      for (const rights of [host, range]) {
        const { additionalGids } = withGroups(user, add(...names), files, rights)
        assert.deepEqual(additionalGids, [8, 50, ...gids])
      }
    })
  }

  it('sets none where the groups of the caller stay', () => {
    const kept = withGroups(user, { keep: true, names: [] }, files, single)
    assert.deepEqual(kept, { ...user, additionalGids: [] })
  })

  const wrong = [
    { names: ['nosuch'], rights: host, code: 'USER_UNKNOWN', message: /\/etc\/group/ },
    { names: ['4294967295'], rights: host, code: 'USER_UNKNOWN', message: /no such id/ },
    { names: ['200'], rights: range, code: 'USER_UNMAPPED', message: /gid 200 is not mapped/ },
    { names: ['staff'], rights: single, code: 'USER_UNMAPPED', message: /a single id/ },
  ]
  for (const { names, rights, code, message } of wrong) {
    it(`refuses ${names} on rung ${rights.rung}`, () => {
      const add2 = () => withGroups(user, add(...names), files, rights)
      assert.throws(add2, { code, message, hint: /./ })
    })
  }
})
