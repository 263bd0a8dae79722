// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Box } from './box.ts'
import { S_IFCHR, S_IFIFO } from './effects-files.ts'
import type { Failure } from './failure.ts'

/** A file system with room for nothing but its root. */
const full: Op = ['mount', '/data', 'tmpfs', 'tmpfs', 0, 'nr_inodes=1']

const fifo = (path: string, uid = 0): Op => ['mknod', path, S_IFIFO, 0o600, 0, 0, uid, 0]

const aLoop = ({ rootfs }: Box) => symlinkSync('loop', join(rootfs, 'loop'))

const longName = `/${'x'.repeat(256)}`

export const fileFailures = {
  mkdir: [
    {
      name: 'below a file',
      op: ['mkdir', '/etc/marker/below', 0o755],
      errno: 'ENOTDIR',
      detail: '/etc/marker/below',
    },
    {
      name: 'on a full disk',
      early: [full],
      op: ['mkdir', '/data/a', 0o755],
      errno: 'ENOSPC',
      detail: '/data/a',
    },
    {
      name: 'on a read-only file system',
      early: [['rootfs-readonly']],
      op: ['mkdir', '/made', 0o755],
      errno: 'EROFS',
      detail: '/made',
    },
    {
      name: 'with a name too long',
      op: ['mkdir', longName, 0o755],
      errno: 'ENAMETOOLONG',
      detail: longName,
    },
    {
      name: 'with a path too long',
      op: ['mkdir', '/x'.repeat(3000), 0o755],
      errno: 'ENAMETOOLONG',
      detail: /^(\/x){200,}\/?$/,
    },
    {
      name: 'through a loop of links',
      before: aLoop,
      op: ['mkdir', '/loop/a', 0o755],
      errno: 'ELOOP',
      detail: '/loop/a',
    },
  ],
  workdir: [
    {
      name: 'below a file',
      op: ['workdir', '/etc/marker/x', 0o755, 0, 0],
      errno: 'ENOTDIR',
      detail: '/etc/marker/x',
    },
    {
      name: 'of an owner who is not mapped',
      kinds: ['nested'],
      op: ['workdir', '/tmp/new', 0o755, 70_000, 0],
      errno: 'EINVAL',
      detail: '/tmp/new',
    },
  ],
  symlink: [
    {
      name: 'below a file',
      op: ['symlink', 'a', '/etc/marker/b'],
      errno: 'ENOTDIR',
      detail: '/etc/marker/b',
    },
    { name: 'without a name', op: ['symlink', 'a', '/data/'], errno: 'EINVAL', detail: '/data/' },
    { name: 'named ..', op: ['symlink', 'a', '/data/..'], errno: 'EINVAL', detail: '/data/..' },
    {
      name: 'on a full disk',
      early: [full],
      op: ['symlink', 'a', '/data/b'],
      errno: 'ENOSPC',
      detail: '/data/b',
    },
  ],
  mknod: [
    {
      name: 'of a device in a user namespace',
      kinds: ['nested'],
      op: ['mknod', '/dev/made', S_IFCHR, 0o666, 1, 3, 0, 0],
      errno: 'EPERM',
      detail: '/dev/made',
    },
    {
      name: 'where something else is',
      op: fifo('/etc/marker'),
      errno: 'EEXIST',
      detail: '/etc/marker',
    },
    {
      name: 'where another device is',
      op: ['mknod', '/dev/null', S_IFCHR, 0o666, 1, 5, 0, 0],
      errno: 'EEXIST',
      detail: '/dev/null',
    },
    {
      name: 'for an owner that is not mapped',
      kinds: ['nested'],
      op: fifo('/data/made', 70_000),
      errno: 'EINVAL',
      detail: '/data/made',
    },
    {
      name: 'on a full disk',
      early: [full],
      op: fifo('/data/made'),
      errno: 'ENOSPC',
      detail: '/data/made',
    },
  ],
  'bind-device': [
    {
      name: 'of a source that does not exist',
      op: ['bind-device', '/dev/missing', '/dev/zero', S_IFCHR, 1, 5],
      errno: 'ENOENT',
      detail: '/dev/missing',
    },
    {
      name: 'of another device',
      op: ['bind-device', '/dev/null', '/dev/zero', S_IFCHR, 1, 5],
      errno: 'ENODEV',
      detail: '/dev/null',
    },
    {
      name: 'of a file',
      op: ({ rootfs }) => ['bind-device', join(rootfs, 'etc/marker'), '/dev/zero', S_IFCHR, 0, 0],
      errno: 'ENODEV',
      detail: ({ rootfs }) => join(rootfs, 'etc/marker'),
    },
    {
      name: 'of a link to the device',
      before: ({ directory }) => symlinkSync('/dev/zero', join(directory, 'zero')),
      op: ({ directory }) => ['bind-device', join(directory, 'zero'), '/dev/zero', S_IFCHR, 1, 5],
      errno: 'ENODEV',
      detail: ({ directory }) => join(directory, 'zero'),
    },
    {
      name: 'onto a directory',
      op: ['bind-device', '/dev/zero', '/data', S_IFCHR, 1, 5],
      errno: 'EINVAL',
      detail: '/data',
    },
  ],
  console: [
    { name: 'without a devpts', op: ['console', 0, 0], errno: 'ENOENT', detail: '/dev/pts/ptmx' },
    {
      name: 'with a file for a devpts',
      before: ({ rootfs }) => {
        mkdirSync(join(rootfs, 'fake'))
        writeFileSync(join(rootfs, 'fake/ptmx'), '')
      },
      early: [['symlink', '/fake', '/dev/pts']],
      op: ['console', 0, 0],
      errno: 'ENOTTY',
      detail: '/dev/pts/ptmx',
    },
    {
      name: 'in a session that has a terminal',
      early: [
        ['mount', '/dev/pts', 'devpts', 'devpts', 0, 'newinstance,ptmxmode=0666'],
        ['console', 0, 0],
      ],
      op: ['console', 0, 0],
      errno: 'EPERM',
      detail: 'controlling terminal',
    },
  ],
  'read-file': [
    {
      name: 'with a limit that nobody has room for',
      op: ['read-file', '/etc/marker', 2 ** 62],
      errno: 'ENOMEM',
      detail: '/etc/marker',
    },
  ],
  chdir: [
    {
      name: 'to nowhere',
      early: [['pivot']],
      op: ['chdir', '/missing'],
      errno: 'ENOENT',
      detail: '/missing',
    },
    {
      name: 'to a file',
      early: [['pivot']],
      op: ['chdir', '/etc/marker'],
      errno: 'ENOTDIR',
      detail: '/etc/marker',
    },
  ],
  gate: [],
  exec: [
    {
      name: 'of nothing that is there',
      early: [['pivot']],
      op: ['exec', packList(['/a/prog', '/b/prog']), packList(['prog', 'word']), packList([])],
      errno: 'ENOENT',
      detail: 'prog',
    },
  ],
} satisfies Readonly<Record<string, readonly Failure[]>>
