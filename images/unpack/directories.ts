// SPDX-License-Identifier: Apache-2.0
import { chmodSync, closeSync, constants, mkdirSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  type Syscalls,
} from '../../native-shim/syscalls.ts'
import { splitPath } from './names.ts'

/** Directories of a root file system by descriptor, whatever links are on the way to them. */
export interface Directories {
  /**
   * A descriptor (O_PATH) of a directory. It holds at least until the second call after this.
   *
   * @param path below the root, a byte string; links in it lead where they lead inside the root
   * @param missing 'make': directories that are not there are made, mode 0755
   */
  open(path: string, missing: 'make' | 'fail'): number
  /** Closes all: to be called when a directory or a link was replaced, and at the end. */
  forget(): void
}

/** More than a sorted archive needs; one look-up is the price of a step back. */
const DEFAULT_MAX_OPEN = 64
/** The kernel gives a look-up up (EAGAIN) when anything on the system was renamed meanwhile. */
const MAX_TRIES = 1000

export interface DirectoryOptions {
  /** 'refuse': a link on the way is an error, ELOOP or ENOTDIR. */
  readonly links?: 'follow' | 'refuse'
  /** Told the path of each directory that was made because it was missing. */
  readonly made?: (path: string) => void
  /** How many stay open, at least 2. */
  readonly maxOpen?: number
}

/**
 * Opens directories below `rootFd` with openat2(RESOLVE_IN_ROOT): no link and no `..` leads out.
 * The last few stay open.
 */
export function openDirectories(
  rootFd: number,
  sys: Syscalls,
  { links = 'follow', made, maxOpen = DEFAULT_MAX_OPEN }: DirectoryOptions = {},
): Directories {
  const opened = new Map<string, number>()
  const how = {
    flags: O_PATH | O_CLOEXEC | constants.O_DIRECTORY,
    resolve: RESOLVE_IN_ROOT | (links === 'follow' ? RESOLVE_NO_MAGICLINKS : RESOLVE_NO_SYMLINKS),
  }
  const lookUp = (path: string) => retry(() => sys.openat2(rootFd, path === '' ? '.' : path, how))

  const remember = (path: string, fd: number): number => {
    opened.set(path, fd)
    const oldest = opened.entries().next().value
    if (opened.size > maxOpen && oldest !== undefined) {
      opened.delete(oldest[0])
      closeSync(oldest[1])
    }
    return fd
  }
  const make = (path: string): number => {
    const [parent, name] = splitPath(path)
    const directory = bytePath(`/proc/self/fd/${open(parent, 'make')}/${name}`)
    mkdirSync(directory)
    // mkdir(2) takes the umask off.
    chmodSync(directory, 0o755)
    made?.(path)
    return lookUp(path)
  }
  const open = (path: string, missing: 'make' | 'fail'): number => {
    const known = opened.get(path)
    if (known !== undefined) return known
    try {
      return remember(path, lookUp(path))
    } catch (error) {
      if (missing === 'fail' || path === '' || !hasCode(error, 'ENOENT')) throw error
      return remember(path, make(path))
    }
  }
  const forget = () => {
    for (const fd of opened.values()) closeSync(fd)
    opened.clear()
  }
  return { open, forget }
}

/** Repeats a look-up inside a root while the kernel asks for that. */
export function retry(action: () => number): number {
  for (let left = MAX_TRIES; ; left--) {
    try {
      return action()
    } catch (error) {
      if (left === 0 || !hasCode(error, 'EAGAIN')) throw error
    }
  }
}
