// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ContainerOptions } from '../../../../core/options/container-options.ts'
import { idMapChoice } from '../../../../core/options/id-maps.ts'

const extent = (containerID: number, hostID: number, size: number) => ({
  containerID,
  hostID,
  size,
})
const uids = { extents: [extent(0, 100_000, 65_536)] }
const gids = { extents: [extent(0, 7, 1), extent(1, 200_000, 9)] }

const cases: readonly { name: string; options: ContainerOptions; want: unknown }[] = [
  { name: 'nothing is no choice', options: {}, want: undefined },
  { name: 'an empty list is none', options: { usernsUidMap: [] }, want: undefined },
  {
    name: 'both kinds, one of several extents',
    options: { usernsUidMap: ['0:100000:65536'], usernsGidMap: ['0:7:1', '1:200000:9'] },
    want: { uid: uids, gid: gids },
  },
  {
    name: 'several extents in one word',
    options: { usernsGidMap: ['0:7:1,1:200000:9'] },
    want: { uid: gids, gid: gids },
  },
  {
    name: 'one kind alone goes for both',
    options: { usernsUidMap: ['0:100000:65536'] },
    want: { uid: uids, gid: uids },
  },
  {
    name: 'a user alone is a group as well',
    options: { usernsUidMapUser: 'web' },
    want: { uid: { file: '/etc/subuid', name: 'web' }, gid: { file: '/etc/subgid', name: 'web' } },
  },
  {
    name: 'extents of one kind, a name of the other',
    options: { usernsUidMap: ['0:100000:65536'], usernsGidMapGroup: 'web' },
    want: { uid: uids, gid: { file: '/etc/subgid', name: 'web' } },
  },
]

const refused = [
  { word: '0:1', message: /"0:1" maps no ids/ },
  { word: '0:1:0', message: /maps no ids/ },
  { word: '0:1:x', message: /maps no ids/ },
  { word: '-1:1:1', message: /maps no ids/ },
  { word: '0:4294967295:1', message: /maps no ids/ },
  { word: '4294967294:0:2', message: /maps no ids/ },
  { word: '0:5:9,8:100:1', message: /maps the id 8 twice/ },
  { word: '0:5:9,20:13:1', message: /maps the id 13 twice/ },
  {
    word: Array.from({ length: 341 }, (_, id) => `${id}:${id}:1`).join(),
    message: /more than 340 extents/,
  },
]

describe('idMapChoice', () => {
  for (const { name, options, want } of cases)
    it(name, () => assert.deepEqual(idMapChoice(options), want))

  for (const { word, message } of refused)
    it(`refuses ${word.slice(0, 20)}`, () => {
      assert.throws(() => idMapChoice({ usernsUidMap: [word] }), {
        code: 'USAGE',
        message,
        hint: /./,
      })
    })

  it('takes the last id that there is', () => {
    assert.ok(idMapChoice({ usernsUidMap: ['0:4294967294:1'] }))
  })
})
