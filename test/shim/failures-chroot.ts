// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path'
import type { Failure } from './failure.ts'

export const chrootFailures = {
  'rootfs-open': [
    {
      name: 'of nothing',
      bare: true,
      op: ['rootfs-open', '/missing'],
      errno: 'ENOENT',
      detail: '/missing',
    },
    {
      name: 'of a file',
      bare: true,
      op: ({ rootfs }) => ['rootfs-open', join(rootfs, 'etc/marker')],
      errno: 'ENOTDIR',
      detail: ({ rootfs }) => join(rootfs, 'etc/marker'),
    },
  ],
  chroot: [{ name: 'without a root', bare: true, op: ['chroot'], errno: 'EBADF', detail: '/' }],
} satisfies Readonly<Record<string, readonly Failure[]>>
