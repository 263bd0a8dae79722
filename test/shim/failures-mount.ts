// SPDX-License-Identifier: Apache-2.0
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Op } from '../../native-shim/ops.ts'
import type { Box } from './box.ts'
import { share } from './effects-mount.ts'
import type { Failure } from './failure.ts'

const bind = (source: string, target: string, attributes = 0): Op => [
  'bind',
  source,
  target,
  0,
  attributes,
  0,
  0,
  0,
]

const host = (name: string) => (box: Box) => join(box.rootfs, name)

const aLoop = ({ rootfs }: Box) => symlinkSync('loop', join(rootfs, 'loop'))

/** A /dev without the null device, or with something else of that name. */
const otherDev: Op = ['mount', '/dev', 'tmpfs', 'tmpfs', 0, '']

export const mountFailures = {
  propagation: [
    {
      name: 'of nothing',
      op: ['propagation', '/missing', 1 << 19],
      errno: 'ENOENT',
      detail: '/missing',
    },
    {
      name: 'of what is no mount',
      op: (box) => ['propagation', host('etc')(box), 1 << 19],
      errno: 'EINVAL',
      detail: host('etc'),
    },
  ],
  'rootfs-mount': [
    {
      name: 'of an unknown type',
      bare: true,
      op: ({ rootfs }) => ['rootfs-mount', '/', 'none', rootfs, 'nosuchfs', 0, ''],
      errno: 'ENODEV',
      detail: ({ rootfs }) => rootfs,
    },
    {
      name: 'in a directory that does not exist',
      bare: true,
      op: ({ rootfs }) => ['rootfs-mount', '/missing', 'none', rootfs, 'tmpfs', 0, ''],
      errno: 'ENOENT',
      detail: '/missing',
    },
    {
      name: 'onto a place that does not exist',
      bare: true,
      op: (box) => ['rootfs-mount', '/', 'none', host('missing')(box), 'tmpfs', 0, ''],
      errno: 'ENOENT',
      detail: host('missing'),
    },
  ],
  'rootfs-bind': [
    {
      name: 'of a source that does not exist',
      bare: true,
      op: (box) => ['rootfs-bind', host('missing')(box), box.rootfs],
      errno: 'ENOENT',
      detail: host('missing'),
    },
    {
      name: 'onto a place that does not exist',
      bare: true,
      op: (box) => ['rootfs-bind', box.rootfs, host('missing')(box)],
      errno: 'ENOENT',
      detail: host('missing'),
    },
    {
      name: 'of a file',
      bare: true,
      op: (box) => ['rootfs-bind', host('etc/marker')(box), host('bin/busybox')(box)],
      errno: 'ENOTDIR',
      detail: host('bin/busybox'),
    },
  ],
  'rootfs-readonly': [
    { name: 'without a root', bare: true, op: ['rootfs-readonly'], errno: 'EBADF', detail: '/' },
  ],
  pivot: [{ name: 'without a root', bare: true, op: ['pivot'], errno: 'EBADF', detail: '/' }],
  mount: [
    {
      name: 'of an unknown type',
      op: ['mount', '/data', 'nosuchfs', 'a', 0, ''],
      errno: 'ENODEV',
      detail: 'nosuchfs',
    },
    {
      name: 'with an unknown option, in the words of the kernel',
      op: ['mount', '/data', 'tmpfs', 'a', 0, 'mode=0755,frobnicate'],
      errno: 'EINVAL',
      detail: "/data (tmpfs: Unknown parameter 'frobnicate')",
    },
    {
      name: 'with an unknown attribute',
      op: ['mount', '/data', 'tmpfs', 'a', 0x40000000, ''],
      errno: 'EINVAL',
      detail: '/data',
    },
    {
      name: 'onto a file',
      op: ['mount', '/etc/marker', 'tmpfs', 'a', 0, ''],
      errno: 'ENOTDIR',
      detail: '/etc/marker',
    },
    {
      name: 'where the place cannot be made',
      early: [['mount', '/data', 'tmpfs', 'tmpfs', 0, 'nr_inodes=1']],
      op: ['mount', '/data/made', 'tmpfs', 'a', 0, ''],
      errno: 'ENOSPC',
      detail: '/data/made',
    },
  ],
  bind: [
    {
      name: 'of a source that does not exist',
      op: bind('/missing', '/data'),
      errno: 'ENOENT',
      detail: '/missing',
    },
    {
      name: 'of a file onto a directory',
      op: (box) => bind(host('etc/marker')(box), '/data'),
      errno: 'EINVAL',
      detail: '/data',
    },
    {
      name: 'of a directory onto a file',
      op: (box) => bind(host('data')(box), '/etc/marker'),
      errno: 'ENOTDIR',
      detail: '/etc/marker',
    },
    {
      name: 'with an unknown attribute',
      op: (box) => bind(host('data')(box), '/data', 0x40000000),
      errno: 'EINVAL',
      detail: host('data'),
    },
    {
      name: 'without what is mounted below, which a user namespace may not uncover',
      kinds: ['nested'],
      before: share,
      op: ({ directory }) => bind(join(directory, 'share'), '/data'),
      errno: 'EINVAL',
      detail: ({ directory }) => join(directory, 'share'),
    },
    {
      name: 'on a full disk',
      early: [['mount', '/data', 'tmpfs', 'tmpfs', 0, 'nr_inodes=1']],
      op: (box) => bind(host('etc/marker')(box), '/data/made'),
      errno: 'ENOSPC',
      detail: '/data/made',
    },
  ],
  mask: [
    {
      name: 'of a file where /dev/null is missing',
      early: [otherDev],
      op: ['mask', '/etc/marker'],
      errno: 'ENOENT',
      detail: '/dev/null',
    },
    {
      name: 'of a file where /dev/null is something else',
      early: [otherDev, ['symlink', '/etc/passwd', '/dev/null']],
      op: ['mask', '/etc/marker'],
      errno: 'ENODEV',
      detail: '/dev/null',
    },
    {
      name: 'of a loop of links',
      before: aLoop,
      op: ['mask', '/loop'],
      errno: 'ELOOP',
      detail: '/loop',
    },
  ],
  readonly: [
    {
      name: 'of a loop of links',
      before: aLoop,
      op: ['readonly', '/loop'],
      errno: 'ELOOP',
      detail: '/loop',
    },
  ],
} satisfies Readonly<Record<string, readonly Failure[]>>
