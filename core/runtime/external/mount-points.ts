// SPDX-License-Identifier: Apache-2.0
import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs'
import { fileTime } from '../../../images/unpack/describe.ts'
import { O_PATH, syscalls } from '../../../native-shim/syscalls.ts'
import { openInRoot, type Root } from '../../copy/selection.ts'
import { hasCode } from '../../lib/errno.ts'
import { describeMade } from '../../snapshot/made-file.ts'
import type { Mount, RuntimeSpec } from '../../spec/schema.ts'
import { everyRun, type VolumeFacts } from '../mount-ops.ts'

/**
 * Makes what a runtime would make itself to mount on it, and writes it down as init does: so that
 * it leaves no trace in the container. What lies in another mount is left to the runtime.
 *
 * @param rootfs where the root file system is mounted
 */
export function makeMountPoints(
  rootfs: string,
  { mounts = [] }: RuntimeSpec,
  { made }: Pick<VolumeFacts, 'made'>,
): void {
  const rootFd = openSync(rootfs, O_PATH | constants.O_DIRECTORY)
  try {
    const root = { rootFd, sys: syscalls() }
    for (const mount of mounts) {
      const { destination } = mount
      const isInAnother = mounts.some((one) => destination.startsWith(`${one.destination}/`))
      const file = everyRun.test(destination) ? made.always : made.here
      if (!isInAnother) makePoint({ root, file }, mount)
    }
  } finally {
    closeSync(rootFd)
  }
}

interface Making {
  readonly root: Root
  /** Where it is written down. */
  readonly file: string
}

function makePoint(making: Making, mount: Mount): void {
  const names = mount.destination.split('/').filter((name) => name !== '')
  names.forEach((name, index) => {
    const folder = `/${names.slice(0, index).join('/')}`
    const isLast = index === names.length - 1
    makeOne(making, { folder, name, isFile: isLast && !isDirectory(mount) })
  })
}

/** A file system of its own is one; of what is bound the source says it. */
function isDirectory({ source = '', options = [] }: Mount): boolean {
  if (!options.some((word) => word === 'bind' || word === 'rbind')) return true
  return statSync(source).isDirectory()
}

interface Point {
  readonly folder: string
  readonly name: string
  readonly isFile: boolean
}

/** Each path is resolved in the root of the container, whose links lead nowhere else. */
function makeOne({ root, file }: Making, { folder, name, isFile }: Point): void {
  const path = folder === '/' ? `/${name}` : `${folder}/${name}`
  if (exists(root, path)) return
  const folderFd = openInRoot(root, folder, O_PATH | constants.O_DIRECTORY)
  try {
    const place = `/proc/self/fd/${folderFd}`
    const before = fileTime(fstatSync(folderFd, { bigint: true }).mtimeNs)
    const bytes = Buffer.from(path).toString('latin1')
    const note = describeMade({ path: bytes, before, isSettled: false })
    appendFileSync(file, note, 'latin1')
    if (isFile) closeSync(openSync(`${place}/${name}`, constants.O_CREAT | constants.O_EXCL, 0o644))
    else mkdirSync(`${place}/${name}`, { mode: 0o755 })
    root.sys.utimensat(folderFd, '.', before)
    appendFileSync(file, '\0')
  } finally {
    closeSync(folderFd)
  }
}

function exists(root: Root, path: string): boolean {
  try {
    closeSync(openInRoot(root, path, O_PATH))
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}
