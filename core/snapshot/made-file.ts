// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import type { FileTime } from '../../native-shim/syscalls.ts'
import { hasCode } from '../lib/errno.ts'

/** A file or directory that was made to be mounted on. */
export interface MadePoint {
  /** From the root of the container, a byte string; links in it are to be followed in that root. */
  readonly path: string
  /** When the directory that it is in was changed last before. */
  readonly before: FileTime
  /** Whether that directory has this time again. */
  readonly isSettled: boolean
}

/** The mount points that a file tells of; none without one. */
export function readMade(file: string): MadePoint[] {
  try {
    return parseMade(readFileSync(file, 'latin1'))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

/**
 * What native-shim/src/made.c wrote down, the oldest first. A line that is cut off comes of a
 * killed process, which then made nothing.
 *
 * @param text a byte string
 */
export function parseMade(text: string): MadePoint[] {
  const points: MadePoint[] = []
  const words = text.split('\0').slice(0, -1)
  for (let at = 0; at + 1 < words.length; ) {
    const [path = '', time = '', next] = words.slice(at, at + 3)
    const match = /^(-?\d+)\.(\d{9})$/.exec(time)
    if (!path.startsWith('/') || match === null) break
    const before = { seconds: Number(match[1]), nanoseconds: Number(match[2]) }
    points.push({ path, before, isSettled: next === '' })
    at += next === '' ? 3 : 2
  }
  return points
}

/** The same as text. */
export function describeMade({ path, before, isSettled }: MadePoint): string {
  const { seconds, nanoseconds } = before
  const time = `${seconds}.${String(nanoseconds).padStart(9, '0')}`
  return `${path}\0${time}\0${isSettled ? '\0' : ''}`
}
