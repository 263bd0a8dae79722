// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MOUNT_ATTR, MS } from '../../../../core/runtime/kernel.ts'
import { mountOps } from '../../../../core/runtime/mount-ops.ts'
import type { Mount } from '../../../../core/spec/schema.ts'
import type { Op } from '../../../../native-shim/ops.ts'

const made = { always: '/made', here: '/here' }
const opsOf = (mounts: Mount[], owned: readonly string[] = []) =>
  mountOps({ mounts, process: { cwd: '/', user: { uid: 7, gid: 8 } } }, { owned, made })

const rows: readonly (readonly [name: string, mount: Mount, want: Op])[] = [
  [
    'a bind',
    { destination: '/a', type: 'bind', source: '/s', options: ['rbind', 'ro', 'rslave'] },
    ['bind', '/s', '/a', 1, MOUNT_ATTR.rdonly, 0, 0, MS.slave],
  ],
  [
    'a new file system',
    { destination: '/a', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'size=1m'] },
    ['mount', '/a', 'tmpfs', 'tmpfs', MOUNT_ATTR.nosuid, 'size=1m'],
  ],
  [
    'an overlay, whose paths were escaped',
    {
      destination: '/a',
      type: 'overlay',
      source: 'overlay',
      options: ['lowerdir=/a\\:b\\,c\\\\d', 'upperdir=/u', 'workdir=/w', 'ro', 'userxattr'],
    },
    ['overlay', '/a', '/a:b,c\\d', '/u', '/w', MOUNT_ATTR.rdonly, 'userxattr'],
  ],
  [
    'a tmpfs with a copy, and the attributes of the directory',
    { destination: '/a', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup', 'ro', 'size=1m'] },
    ['tmpfs-copy', '/a', 'tmpfs', MOUNT_ATTR.rdonly, 'size=1m', 1],
  ],
  [
    'a tmpfs with a copy, and a mode of its own',
    { destination: '/a', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup', 'mode=700'] },
    ['tmpfs-copy', '/a', 'tmpfs', 0, 'mode=700', 0],
  ],
]

describe('mountOps', () => {
  for (const [name, mount, want] of rows)
    it(`makes ${name}`, () => {
      const found = opsOf([mount]).filter(([op]) => op !== 'mount-points')
      assert.deepEqual(found, [want])
    })

  it('gives sources away before anything is mounted', () => {
    const [first] = opsOf([{ destination: '/proc', type: 'proc' }], ['/s'])
    assert.deepEqual(first, ['own-tree', '/s', 7, 8])
  })

  it('has what every run needs written down apart, and says so only where that changes', () => {
    const paths = [
      '/proc',
      '/dev',
      '/dev/pts',
      '/etc/hosts',
      '/a',
      '/etc/other',
      '/run/.containerenv',
    ]
    const ops = opsOf(paths.map((destination) => ({ destination, type: 'tmpfs' })))
    assert.deepEqual(
      ops.map(([name, path]) => (name === 'mount-points' ? path : `  ${String(path)}`)),
      [
        '/made',
        ...paths.slice(0, 4).map((path) => `  ${path}`),
        '/here',
        '  /a',
        '  /etc/other',
        '/made',
        '  /run/.containerenv',
      ],
    )
  })
})
