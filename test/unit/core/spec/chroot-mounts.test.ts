// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chrootMounts } from '../../../../core/spec/chroot-mounts.ts'
import { containerMounts, noExtraMounts } from '../../../../core/spec/mounts.ts'

const full = containerMounts({
  ...noExtraMounts,
  gid5Mapped: true,
  shmSizeBytes: 65_536,
  procOptions: [],
  sysfsAllowed: true,
  procAllowed: true,
  mqueueAllowed: true,
  generatedFiles: [{ destination: '/etc/hosts', source: '/run/x/hosts' }],
})

describe('chrootMounts', () => {
  const user = { destination: '/dev/shm', type: 'bind', source: '/srv/shm', options: ['rbind'] }
  const mounts = chrootMounts([...full, user])

  it('shows the trees of the host, terminals of its own, and what was asked for', () => {
    assert.deepEqual(
      mounts.map(({ destination, type, source }) => `${destination} ${type} ${source}`),
      [
        '/dev bind /dev',
        '/proc bind /proc',
        '/sys bind /sys',
        '/dev/pts devpts devpts',
        '/etc/hosts bind /run/x/hosts',
        '/dev/shm bind /srv/shm',
      ],
    )
  })

  it('with all that is mounted below them, and lets nothing out', () => {
    for (const { options } of mounts.slice(0, 3)) {
      assert.ok(options?.includes('rbind') && options.includes('rslave'))
    }
  })
})
