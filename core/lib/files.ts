// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { hasCode } from './errno.ts'

/** What the name of a file that is being written ends in; one that was left behind is garbage. */
export const TEMPORARY_SUFFIX = '.tmp'

/**
 * Replaces a file whole: whoever reads it, also after a crash, finds the old content or the new.
 */
export function writeFileAtomic(path: string, content: string): void {
  const temporary = `${path}.${process.pid}${TEMPORARY_SUFFIX}`
  try {
    writeDurably(temporary, content)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

function writeDurably(path: string, content: string): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
  const fd = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
  try {
    const bytes = Buffer.from(content)
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** The text of a file, undefined when it does not exist. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
