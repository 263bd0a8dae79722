// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path'
import type { Failure } from './failure.ts'

export const hostSideFailures = {
  'rootfs-mapped': [
    {
      name: 'of a source that does not exist',
      bare: true,
      op: ({ directory }) => ['rootfs-mapped', directory, 'missing', '', '', 0, '', 0],
      errno: 'ENOENT',
      detail: 'missing',
    },
    {
      name: 'in a directory that does not exist',
      bare: true,
      op: ({ directory }) => [
        ...(['rootfs-mapped', join(directory, 'missing'), 'x', 'merged'] as const),
        ...(['overlay', 0, '', 0] as const),
      ],
      errno: 'ENOENT',
      detail: 'merged',
    },
    {
      name: 'of a file system that does not exist',
      bare: true,
      op: ({ directory }) => ['rootfs-mapped', directory, 'x', 'rootfs', 'nosuchfs', 0, '', 0],
      errno: 'ENODEV',
      detail: 'rootfs',
    },
    {
      name: 'with the ids of no user namespace of its own',
      kinds: ['flat'],
      bare: true,
      op: ({ rootfs }) => ['rootfs-mapped', rootfs, rootfs, '', '', 0, '', 1],
      errno: 'EPERM',
      detail: 'id-mapped mount',
    },
  ],
  sysctl: [
    {
      name: 'that does not exist',
      op: ['sysctl', '/proc/sys/net/nothing', '1'],
      errno: 'ENOENT',
      detail: '/proc/sys/net/nothing',
    },
    {
      name: 'in a file that is none of procfs',
      op: ['sysctl', '/etc/marker', '1'],
      errno: 'EXDEV',
      detail: '/etc/marker',
    },
    {
      name: 'with a value that makes no sense',
      op: ['sysctl', '/proc/sys/net/ipv4/ping_group_range', 'nonsense'],
      errno: 'EINVAL',
      detail: '/proc/sys/net/ipv4/ping_group_range',
    },
  ],
  'host-sources': [],
} as const satisfies Readonly<Record<string, readonly Failure[]>>
