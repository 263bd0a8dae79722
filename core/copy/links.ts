// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, readlinkSync } from 'node:fs'
import { splitPath } from '../../images/unpack/names.ts'
import { O_PATH } from '../../native-shim/syscalls.ts'
import { bytePath } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { openInRoot, type Root } from './selection.ts'

/** As in the kernel. @see path_resolution(7) */
const MAX_LINKS = 40

/**
 * The path of what `path` leads to when its last part is a link, and so on: no link any more, or
 * nothing at all. Links before it are left to whoever opens it.
 *
 * @param path below the root, a byte string
 * @throws Error ELOOP for more than 40 links
 */
export function followLast(root: Root, path: string): string {
  let at = path
  for (let left = MAX_LINKS; left > 0; left--) {
    const target = linkTarget(root, at)
    if (target === undefined) return at
    const [parent] = splitPath(at)
    at = (target.startsWith('/') ? target : `${parent}/${target}`).replace(/^\/+|\/+$/g, '')
  }
  throw Object.assign(new Error('ELOOP: too many links'), { code: 'ELOOP' })
}

function linkTarget(root: Root, path: string): string | undefined {
  const [parent, name] = splitPath(path)
  if (name === '' || name === '.' || name === '..') return undefined
  try {
    return inDirectory(root, parent, (directory) =>
      readlinkSync(bytePath(`${directory}/${name}`), { encoding: 'latin1' }),
    )
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) throw error
    return undefined
  }
}

/** Gives `action` the directory as a path through a descriptor. */
export function inDirectory<Result>(
  root: Root,
  path: string,
  action: (directory: string, fd: number) => Result,
): Result {
  const fd = openInRoot(root, path, O_PATH | constants.O_DIRECTORY)
  try {
    return action(`/proc/self/fd/${fd}`, fd)
  } finally {
    closeSync(fd)
  }
}
