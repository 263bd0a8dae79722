// SPDX-License-Identifier: Apache-2.0
import type { FailureRow } from './failure-row.ts'

const mounts = ['bind', 'mount', 'overlay', 'tmpfs-copy']

/** Why a mount that the user asked for may fail, in words. */
export const volumeFailures: readonly FailureRow[] = [
  {
    where: mounts,
    code: 'ENOTDIR',
    as: 'PATH_INVALID',
    message: 'mount a directory: there is a file in the container, or on the way',
    hint: 'a directory is mounted on a directory, a file on a file: choose another destination',
  },
  {
    where: mounts,
    code: 'EROFS',
    as: 'PATH_INVALID',
    message: 'make the place for a mount: it is in a volume that is read-only',
    hint: 'make an empty file or directory there on this machine, or leave out ro',
  },
  {
    where: ['bind'],
    code: 'EINVAL',
    as: 'PATH_INVALID',
    message: 'mount a volume',
    hint: 'a file is mounted on a file; and only root can leave out what is mounted below (bind)',
  },
  {
    where: ['overlay'],
    as: 'RUNTIME_FAILED',
    message: 'make an overlay of a volume',
    hint: 'upperdir and workdir lie on one disk that overlays can write to; or leave out O',
  },
  {
    where: ['tmpfs-copy'],
    code: 'ENOSPC',
    as: 'PATH_INVALID',
    message: 'copy what the image has into a tmpfs: it is too small',
    hint: 'leave out tmpfs-size, or tmpcopyup',
  },
  {
    where: ['own-tree'],
    as: 'PATH_INVALID',
    message: 'give a volume to the user of the container',
    hint: 'all in it must belong to you, or to ids that are mapped: see "tsbuild info"',
  },
  {
    where: ['mount-points', 'bind', 'mount'],
    code: 'ENOSPC',
    as: 'DISK_FULL',
    message: 'make the place for a mount',
    hint: 'the disk of the store is full',
  },
]
