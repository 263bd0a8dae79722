// SPDX-License-Identifier: Apache-2.0

import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs'
import { fileTime } from '../../images/unpack/describe.ts'
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  type Syscalls,
  syscalls,
} from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { bytePath } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { madePaths } from '../store/layout.ts'
import { dropCopiedUp } from './copied-up.ts'
import { describeMade, type MadePoint, readMade } from './made-file.ts'
import { withRootfs } from './mount.ts'
import type { MountedLayers } from './rootfs.ts'

/**
 * Takes away what runs made only to mount on it and no program put anything in: that is no change
 * of the container. Killed at any moment it is finished by the next call. The caller has locked the
 * container.
 *
 * @param which also what every run of the container needs, or only what some did
 */
export async function dropMountPoints(
  context: Context,
  layers: MountedLayers,
  which: 'all' | 'here',
): Promise<void> {
  const { always, here } = madePaths(context.paths.root, layers.active)
  for (const file of which === 'all' ? [here, always] : [here]) {
    const points = readMade(file)
    if (points.length > 0) await dropPoints(context, layers, { file, points })
    rmSync(file, { force: true })
  }
}

interface Made {
  readonly file: string
  readonly points: readonly MadePoint[]
}

/** Through the mount, which knows what has to be hidden again; and then below it. */
async function dropPoints(context: Context, layers: MountedLayers, made: Made): Promise<void> {
  const sys = syscalls()
  const folders = await withRootfs(context, layers, (rootFd) => {
    const root = realPath(rootFd)
    const all = [...made.points].reverse()
    const paths = all.map((point) => dropPoint({ sys, rootFd, file: made.file }, point))
    return paths.flatMap((path) => (path === undefined ? [] : [path.slice(root.length)]))
  })
  dropCopiedUp(context, layers, { folders, sys })
}

interface Dropping {
  readonly sys: Syscalls
  readonly rootFd: number
  readonly file: string
}

/** @returns the path of the directory that it was in; undefined when that is gone */
function dropPoint({ sys, rootFd, file }: Dropping, point: MadePoint): string | undefined {
  const at = point.path.lastIndexOf('/')
  const folderFd = openFolder(sys, rootFd, point.path.slice(0, at + 1))
  if (folderFd === undefined) return undefined
  try {
    const before = point.isSettled
      ? fileTime(fstatSync(folderFd, { bigint: true }).mtimeNs)
      : point.before
    if (point.isSettled)
      appendFileSync(file, describeMade({ ...point, before, isSettled: false }), 'latin1')
    removeEmpty(`/proc/self/fd/${folderFd}/${point.path.slice(at + 1)}`)
    sys.utimensat(folderFd, '.', before)
    return realPath(folderFd)
  } finally {
    closeSync(folderFd)
  }
}

const realPath = (fd: number) => readlinkSync(`/proc/self/fd/${fd}`, { encoding: 'latin1' })

function openFolder(sys: Syscalls, rootFd: number, path: string): number | undefined {
  const how = {
    flags: O_PATH | O_CLOEXEC | constants.O_DIRECTORY,
    resolve: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  }
  try {
    return sys.openat2(rootFd, path, how)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined
    throw error
  }
}

function removeEmpty(path: string): void {
  const place = bytePath(path)
  const stats = lstatSync(place, { throwIfNoEntry: false })
  try {
    if (stats?.isDirectory()) rmdirSync(place)
    else if (stats?.isFile() && stats.size === 0) unlinkSync(place)
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
  }
}
