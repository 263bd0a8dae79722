// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Op } from '../../native-shim/ops.ts'
import type { Box } from './box.ts'
import type { Failure } from './failure.ts'

const place = (name: string) => (box: Box) => join(box.directory, name)

interface Folders {
  readonly lower?: string
  readonly work?: string
  readonly options?: string
  readonly target?: string
}

const overlay =
  ({ lower = 'lower', work = 'work', options = 'userxattr', target = '/data' }: Folders) =>
  ({ directory }: Box): Op => {
    const path = (name: string) => join(directory, name)
    return ['overlay', target, path(lower), path('upper'), path(work), 0, options]
  }

const folders = ({ directory }: Box) => {
  for (const name of ['lower', 'upper', 'work']) mkdirSync(join(directory, name))
  writeFileSync(join(directory, 'file'), '')
}

const tmpfs = (target: string, options: string): Op => ['tmpfs-copy', target, 'a', 0, options, 1]

export const volumeFailures = {
  'mount-points': [
    {
      name: 'with a path that is too long',
      op: ['mount-points', `/${'x'.repeat(5000)}`],
      errno: 'ENAMETOOLONG',
      detail: 'mount-points',
    },
  ],
  overlay: [
    {
      name: 'of a directory that does not exist',
      before: folders,
      op: overlay({ lower: 'missing' }),
      errno: 'ENOENT',
      detail: place('missing'),
    },
    {
      name: 'of a file',
      before: folders,
      op: overlay({ work: 'file' }),
      errno: 'ENOTDIR',
      detail: place('file'),
    },
    {
      name: 'with an unknown option, in the words of the kernel',
      before: folders,
      op: overlay({ options: 'frobnicate' }),
      errno: 'EINVAL',
      detail: /^\/data \(overlay: .*frobnicate/,
    },
    {
      name: 'onto a file',
      before: folders,
      op: overlay({ target: '/etc/marker' }),
      errno: 'ENOTDIR',
      detail: '/etc/marker',
    },
  ],
  'tmpfs-copy': [
    {
      name: 'with an unknown option, in the words of the kernel',
      op: tmpfs('/data', 'frobnicate'),
      errno: 'EINVAL',
      detail: "/data (tmpfs: Unknown parameter 'frobnicate')",
    },
    {
      name: 'of more than its size',
      op: tmpfs('/bin', 'size=4096'),
      errno: 'ENOSPC',
      detail: '/bin',
    },
    { name: 'onto a file', op: tmpfs('/etc/marker', ''), errno: 'ENOTDIR', detail: '/etc/marker' },
  ],
  'own-tree': [
    {
      name: 'of what does not exist',
      op: ['own-tree', '/missing', 0, 0],
      errno: 'ENOENT',
      detail: '/missing',
    },
    {
      name: 'for a user that is not mapped',
      kinds: ['nested'],
      before: folders,
      op: ({ directory }) => ['own-tree', join(directory, 'lower'), 100_000, 0],
      errno: 'EINVAL',
      detail: place('lower'),
    },
  ],
} satisfies Readonly<Record<string, readonly Failure[]>>
