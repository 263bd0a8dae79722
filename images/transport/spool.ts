// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { pid } from 'node:process'
import { TEMPORARY_SUFFIX } from '../../core/lib/files.ts'
import { detectPacking, openArchive } from '../compression.ts'
import { invalidArchive } from '../tar/invalid.ts'

/** Bound of what a small file may unpack to. */
const MAX_UNPACKED_BYTES = 64 * 1024 ** 3

/** Whether the archive can be read in place. @throws TsbuildError ARCHIVE_INVALID if it is none */
export function isTarStart(fd: number): boolean {
  const packing = detectPacking(fd)
  if (packing === 'none') throw invalidArchive('it is no tar archive')
  return packing === 'tar'
}

/** @returns a descriptor of the archive unpacked, in a file that is gone when it is closed */
export async function spool(fd: number, scratch: string): Promise<number> {
  const path = `${scratch}/unpacked.${pid}${TEMPORARY_SUFFIX}`
  const unpacked = openSync(path, 'wx+', 0o600)
  rmSync(path)
  try {
    let sizeBytes = 0
    for await (const chunk of openArchive(fd, 'tar+gzip')) {
      sizeBytes += chunk.length
      if (sizeBytes > MAX_UNPACKED_BYTES) {
        throw invalidArchive(`it unpacks to more than ${MAX_UNPACKED_BYTES} bytes`)
      }
      for (let at = 0; at < chunk.length; ) at += writeSync(unpacked, chunk, at)
    }
    return unpacked
  } catch (error) {
    closeSync(unpacked)
    throw error
  }
}
