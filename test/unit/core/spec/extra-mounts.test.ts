// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { askedMounts } from '../../../../core/options/asked-mounts.ts'
import { extraMounts, type HostMounts } from '../../../../core/spec/extra-mounts.ts'

const host: HostMounts = {
  overlays: new Map([['/o', { upper: '/up,per', work: '/work' }]]),
  userXattr: true,
  builtIn: { '/data': '/store/data' },
  subscriptions: { '/run/secrets': '/private/0' },
}

const found = extraMounts(
  askedMounts({
    volume: ['/a:/b:ro', '/l\\:1:/o:O,nodev'],
    mount: ['type=tmpfs,dst=/t,tmpfs-size=1m,U'],
  }),
  host,
  { uid: 7, gid: 8 },
)

describe('extraMounts', () => {
  it('binds volumes', () => {
    const options = ['rbind', 'ro', 'rprivate']
    assert.deepEqual(found.volumes[0], { destination: '/b', type: 'bind', source: '/a', options })
  })

  it('has overlays in the words of mount(8), paths escaped', () => {
    const folders = ['lowerdir=/l\\:1', 'upperdir=/up\\,per', 'workdir=/work']
    assert.deepEqual(found.volumes[1]?.options, [...folders, 'nodev', 'userxattr'])
  })

  it('gives a tmpfs to the user of the container', () => {
    assert.deepEqual(found.mounts[0]?.options, ['size=1m', 'uid=7', 'gid=8'])
  })

  it('binds what the container has of its own, and copies', () => {
    assert.deepEqual(found.builtIn, [
      { destination: '/data', type: 'bind', source: '/store/data', options: ['bind'] },
    ])
    assert.deepEqual(
      found.subscriptions.map(({ destination }) => destination),
      ['/run/secrets'],
    )
  })
})
