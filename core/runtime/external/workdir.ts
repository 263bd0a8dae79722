// SPDX-License-Identifier: Apache-2.0
import { chownSync, closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { O_PATH, syscalls } from '../../../native-shim/syscalls.ts'
import { openInRoot, type Root } from '../../copy/selection.ts'
import { hasCode } from '../../lib/errno.ts'
import type { RuntimeSpec } from '../../spec/schema.ts'

/**
 * Makes the working directory where it is missing, for the user of the container as our own init
 * does; runtimes make it for root. One that is in a mount is left to them.
 *
 * @param rootfs where the root file system is mounted
 */
export function makeWorkdir(rootfs: string, { process, mounts = [] }: RuntimeSpec): void {
  const { cwd = '/', user } = process ?? {}
  if (mounts.some(({ destination }) => `${cwd}/`.startsWith(`${destination}/`))) return
  const rootFd = openSync(rootfs, O_PATH | constants.O_DIRECTORY)
  try {
    const names = cwd.split('/').filter((name) => name !== '')
    const owner = { uid: user?.uid ?? 0, gid: user?.gid ?? 0 }
    const root = { rootFd, sys: syscalls() }
    names.forEach((name, index) => {
      makeOne(root, { folder: `/${names.slice(0, index).join('/')}`, name, ...owner })
    })
  } finally {
    closeSync(rootFd)
  }
}

/** @returns undefined for what is no directory: the runtime has words for it */
export function openFolder(root: Root, path: string): number | undefined {
  try {
    return openInRoot(root, path, O_PATH | constants.O_DIRECTORY)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined
    throw error
  }
}

interface Wanted {
  readonly folder: string
  readonly name: string
  readonly uid: number
  readonly gid: number
}

function makeOne(root: Root, { folder, name, uid, gid }: Wanted): void {
  const folderFd = openFolder(root, folder)
  if (folderFd === undefined) return
  const path = `/proc/self/fd/${folderFd}/${name}`
  try {
    mkdirSync(path, { mode: 0o755 })
    chownSync(path, uid, gid)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error // a link to nowhere is the runtime's to refuse
  } finally {
    closeSync(folderFd)
  }
}
