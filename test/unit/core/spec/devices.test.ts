// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deviceParts, type HostDevice } from '../../../../core/spec/devices.ts'

const fuse: HostDevice = {
  hostPath: '/dev/fuse',
  path: '/dev/x',
  type: 'c',
  major: 10,
  minor: 229,
  mode: 0o660,
  hostUid: 3,
  hostGid: 4,
  access: 'rw',
}

describe('devices in a spec', () => {
  it('are made as they are on the host, and allowed alone', () => {
    assert.deepEqual(deviceParts([fuse], { mayMakeNodes: true }), {
      devices: [
        { path: '/dev/x', type: 'c', major: 10, minor: 229, fileMode: 0o660, uid: 3, gid: 4 },
      ],
      rules: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
      ],
      mounts: [],
    })
  })

  it('are bound where none can be made', () => {
    const options = ['bind', 'rprivate', 'nosuid', 'noexec']
    assert.deepEqual(deviceParts([fuse], { mayMakeNodes: false }), {
      devices: [],
      rules: [],
      mounts: [{ destination: '/dev/x', type: 'bind', source: '/dev/fuse', options }],
    })
  })

  it('keep their paths where /dev is the host’s', () => {
    const shared = { mayMakeNodes: false, sharesDev: true }
    assert.throws(() => deviceParts([fuse], shared), { code: 'USAGE', hint: /isolation chroot/ })
    const own = { ...fuse, path: fuse.hostPath }
    assert.equal(deviceParts([own], shared).mounts.length, 1)
  })

  it('are bound outside of /dev, where a node would stay', () => {
    const { devices, rules, mounts } = deviceParts([{ ...fuse, path: '/srv/x' }], {
      mayMakeNodes: true,
    })
    assert.deepEqual([devices.length, rules.length, mounts.length], [0, 2, 1])
  })

  it('leave no rule where there are none', () => {
    assert.deepEqual(deviceParts([], { mayMakeNodes: true }).rules, [])
  })
})
