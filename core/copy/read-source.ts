// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { bytePath } from '../lib/bytes.ts'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants

/**
 * Opens a source for reading: a link that took its place is not followed, and a pipe that did is
 * not waited for.
 *
 * @returns a descriptor
 */
export function openSource(source: string): number {
  return openSync(bytePath(source), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
}

/** The same for as long as `action` takes. */
export function withSource<Result>(source: string, action: (fd: number) => Result): Result {
  const fd = openSource(source)
  try {
    return action(fd)
  } finally {
    closeSync(fd)
  }
}

/** Fills `target` from a position of the file on. @returns how many bytes there were */
export function readAt(fd: number, target: Buffer, position: number): number {
  let length = 0
  for (let read = -1; length < target.length && read !== 0; length += read) {
    read = readSync(fd, target, length, target.length - length, position + length)
  }
  return length
}

/** Whether the open file is still what was looked at. */
export function isUnchanged(fd: number, { ino, size, mtimeNs, ctimeNs }: BigIntStats): boolean {
  const now = fstatSync(fd, { bigint: true })
  return now.ino === ino && now.size === size && now.mtimeNs === mtimeNs && now.ctimeNs === ctimeNs
}
