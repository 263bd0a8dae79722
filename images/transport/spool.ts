// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { pid } from 'node:process'
import { TEMPORARY_SUFFIX } from '../../core/lib/files.ts'
import { detectPacking, openArchive } from '../compression.ts'
import { invalidArchive } from '../tar/invalid.ts'

/** Bound of what a small file may unpack to. */
const MAX_UNPACKED_BYTES = 64 * 1024 ** 3

/**
 * The archive, uncompressed.
 *
 * @returns `fd` if it is that already, else the descriptor of a file that is gone when it is closed
 * @throws TsbuildError ARCHIVE_INVALID if it is none
 */
export async function spool(fd: number, scratch: string): Promise<number> {
  const packing = await detectPacking(fd)
  if (packing === 'none') throw invalidArchive('it is no tar archive')
  if (packing === 'tar') return fd
  const path = `${scratch}/unpacked.${pid}${TEMPORARY_SUFFIX}`
  const unpacked = openSync(path, 'wx+', 0o600)
  rmSync(path)
  try {
    let sizeBytes = 0
    for await (const chunk of openArchive(fd, packing)) {
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
