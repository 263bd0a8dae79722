// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { O_CLOEXEC, O_PATH } from '../../native-shim/syscalls.ts'

const { O_DIRECTORY, O_NOFOLLOW } = constants

/** A descriptor for looking things up below a directory. */
export const openRoot = (path: string): number => openSync(path, O_PATH | O_CLOEXEC | O_DIRECTORY)

/**
 * Opens a file or directory below another, one step at a time: what a link on the way, or at its
 * end, leads to is never opened.
 *
 * @param path without `.` and `..`
 * @throws Error ELOOP or ENOTDIR for a link
 */
export function openBelow(root: number, path: string, flags: number): number {
  const parts = path.split('/')
  const last = parts.pop() ?? ''
  let at = root
  try {
    for (const part of parts) {
      const next = openStep(at, part, O_PATH | O_DIRECTORY)
      if (at !== root) closeSync(at)
      at = next
    }
    return openStep(at, last, flags)
  } finally {
    if (at !== root) closeSync(at)
  }
}

const openStep = (directory: number, name: string, flags: number): number =>
  openSync(bytePath(stepPath(directory, name)), flags | O_NOFOLLOW | O_CLOEXEC)

/** For the functions of node:fs, which know no directory descriptors. */
export const stepPath = (directory: number, name: string): string =>
  `/proc/self/fd/${directory}/${name}`
