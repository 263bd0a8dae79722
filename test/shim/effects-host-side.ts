// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Op } from '../../native-shim/ops.ts'
import type { Box } from './box.ts'
import type { Effect } from './effect.ts'
import { share } from './effects-mount.ts'

const overlay = ({ directory }: Box): Op => [
  'rootfs-mapped',
  directory,
  'overlay',
  'merged',
  'overlay',
  0,
  'lowerdir=rootfs,upperdir=upper,workdir=work,userxattr',
  0,
]

function makeOverlay({ directory }: Box): void {
  for (const name of ['upper', 'work', 'merged']) mkdirSync(join(directory, name))
}

const bindShare = ({ directory }: Box): Op => [
  'bind',
  join(directory, 'share'),
  '/data',
  1,
  0,
  0,
  0,
  0,
]

/** With ids that change: mapped-root.test.ts. */
export const hostSideEffects = {
  'rootfs-mapped': [
    {
      name: 'mounts an overlay, which nobody else sees',
      before: makeOverlay,
      early: (box) => [overlay(box), ['mkdir', '/made', 0o755]],
      script: 'cat /etc/marker; ls -d /made',
      want: 'inside\n/made',
      check: (_, { directory }) => assert.ok(existsSync(join(directory, 'upper/made'))),
    },
    {
      name: 'makes a directory the root',
      early: ({ rootfs }) => [['rootfs-mapped', rootfs, rootfs, '', '', 0, '', 0]],
      script: 'cat /etc/marker',
      want: 'inside',
    },
  ],
  sysctl: [
    {
      name: 'sets what belongs to a namespace of the container',
      early: () => [['sysctl', '/proc/sys/net/ipv4/ping_group_range', '0 0']],
      script: 'cat /proc/sys/net/ipv4/ping_group_range',
      want: '0\t0',
    },
  ],
  'host-sources': [
    {
      name: 'has the monitor open what is bound, with all that is mounted below',
      before: async (box) => {
        await share(box)
        writeFileSync(join(box.directory, 'share/more'), 'more of the host\n')
      },
      early: (box) => [['host-sources'], bindShare(box)],
      script: 'cat /data/file /data/more; grep -c " /data/below " /proc/self/mountinfo',
      want: 'of the host\nmore of the host\n1',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Effect[]>>
