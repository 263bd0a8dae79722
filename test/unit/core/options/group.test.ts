// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseGroups } from '../../../../core/options/group.ts'

describe('groups to add', () => {
  const rows = [
    { list: [], want: { keep: false, names: [] } },
    { list: ['a', '5,b', 'a'], want: { keep: false, names: ['a', '5', 'b'] } },
    { list: ['keep-groups'], want: { keep: true, names: [] } },
    { list: ['keep-groups', 'keep-groups'], want: { keep: true, names: [] } },
  ]
  for (const { list, want } of rows) {
    it(`are read from ${JSON.stringify(list)}`, () => assert.deepEqual(parseGroups(list), want))
  }
  for (const list of [['keep-groups', 'a'], ['keep-groups,5'], [''], ['a,']]) {
    it(`are not ${JSON.stringify(list)}`, () => {
      assert.throws(() => parseGroups(list), { code: 'USAGE', hint: /group/ })
    })
  }
})
