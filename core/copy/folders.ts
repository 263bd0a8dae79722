// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants } from 'node:fs'
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  type Syscalls,
} from '../../native-shim/syscalls.ts'

/** The directories below one that is open, without a link on the way. */
export interface Folders {
  /**
   * The directory as a path through a descriptor, which holds until the next call. Whatever is
   * swapped below the top meanwhile, it leads to a directory there or to an error.
   *
   * @param path below the top, a byte string; empty for the top
   */
  at(path: string): string
  close(): void
}

export function openFolders(topFd: number, sys: Syscalls): Folders {
  const how = {
    flags: O_PATH | O_CLOEXEC | constants.O_DIRECTORY,
    resolve: RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  }
  let open: { readonly path: string; readonly fd: number } | undefined
  const close = () => {
    if (open !== undefined) closeSync(open.fd)
    open = undefined
  }
  const at = (path: string): string => {
    if (path === '') return `/proc/self/fd/${topFd}`
    if (open?.path !== path) {
      const fd = sys.openat2(topFd, path, how)
      close()
      open = { path, fd }
    }
    return `/proc/self/fd/${open.fd}`
  }
  return { at, close }
}
