// SPDX-License-Identifier: Apache-2.0
import { readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { hasCode } from '../core/lib/errno.ts'
import { BLOCK_BYTES, checksumHolds, isZeroBlock } from './tar/block.ts'
import { invalidArchive } from './tar/invalid.ts'

/** How an archive is packed, or 'none' when the file is no archive. */
export type Packing = 'tar' | 'tar+gzip' | 'none'

const CHUNK_BYTES = 1024 * 1024
/** Unpacked, this is at most 16 MiB: deflate cannot do better than 1:1032. */
const SNIFF_BYTES = 16 * 1024

/**
 * What a file is, by its content and not by its name.
 *
 * @throws TsbuildError ARCHIVE_INVALID if it is compressed in a way we cannot read, or damaged
 */
export function detectPacking(fd: number): Packing {
  const start = readAt(fd, 0, SNIFF_BYTES)
  const other = unsupported.find(({ magic }) => start.subarray(0, magic.length).equals(magic))
  if (other !== undefined) {
    throw invalidArchive(`it is compressed with ${other.name}, which is not supported`, {
      hint: `unpack it first (${other.program}): tar and tar.gz can be added`,
    })
  }
  if (!start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    return startsTar(start) ? 'tar' : 'none'
  }
  return startsTar(gunzipStart(start)) ? 'tar+gzip' : 'none'
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

const unsupported = [
  { name: 'bzip2', program: 'bunzip2', magic: Buffer.from('BZh') },
  { name: 'xz', program: 'unxz', magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) },
  { name: 'zstd', program: 'unzstd', magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
  { name: 'compress', program: 'uncompress', magic: Buffer.from([0x1f, 0x9d]) },
]

/** A header that is damaged still shows its magic: a broken archive, and no other file. */
function startsTar(start: Buffer): boolean {
  if (start.length < BLOCK_BYTES) return false
  const block = start.subarray(0, BLOCK_BYTES)
  const magic = block.toString('latin1', 257, 262)
  return magic === 'ustar' || (checksumHolds(block) && !isZeroBlock(block))
}

function gunzipStart(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    throw damaged(error)
  }
}

/** @returns the archive unpacked, in chunks of about 1 MiB */
export async function* openArchive(
  fd: number,
  packing: 'tar' | 'tar+gzip',
): AsyncGenerator<Buffer> {
  if (packing === 'tar') {
    yield* readChunks(fd)
    return
  }
  const packed = Readable.from(readChunks(fd))
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES })
  packed.on('error', (error) => unpacked.destroy(error))
  try {
    yield* packed.pipe(unpacked)
  } catch (error) {
    throw damaged(error)
  } finally {
    packed.destroy()
  }
}

function* readChunks(fd: number): Generator<Buffer> {
  for (let position = 0; ; ) {
    const chunk = readAt(fd, position, CHUNK_BYTES)
    if (chunk.length === 0) return
    position += chunk.length
    yield chunk
  }
}

/** A buffer of its own for each call: readers keep parts of it. */
function readAt(fd: number, position: number, sizeBytes: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(sizeBytes)
  let length = 0
  for (let read = -1; length < sizeBytes && read !== 0; length += read) {
    read = readSync(fd, buffer, length, sizeBytes - length, position + length)
  }
  return buffer.subarray(0, length)
}

function damaged(error: unknown): unknown {
  if (!hasCode(error, 'Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT')) return error
  return invalidArchive('its compressed data is damaged or cut off', { cause: error })
}
