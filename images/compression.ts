// SPDX-License-Identifier: Apache-2.0
import { readSync } from 'node:fs'
import { type Compressed, type Compression, decode, detectCompression } from './decode.ts'
import { BLOCK_BYTES, checksumHolds, isZeroBlock } from './tar/block.ts'
import { invalidArchive } from './tar/invalid.ts'

/** How an archive is packed, or 'none' when the file is no archive. */
export type Packing = 'tar' | `tar+${Compressed}` | 'none'

export interface Decompressed {
  readonly compression: Compression
  /** In chunks that do not change afterwards; an error if the compressed data is damaged. */
  readonly content: AsyncIterable<Buffer>
}

export interface DecompressOptions {
  /** The content may have this many bytes. */
  readonly maxBytes?: number | undefined
}

/**
 * What a stream holds, whatever it was compressed with, which is known by its first bytes. To
 * stop reading the content stops the source.
 *
 * @returns a promise that waits for these first bytes only
 * @throws TsbuildError COMPRESSION_UNSUPPORTED if the program is not there that it takes;
 *   ARCHIVE_INVALID if the data is damaged, cut off, followed by something else, or too much; both
 *   also while the content is read
 */
export async function decompress(
  source: AsyncIterable<Buffer>,
  { maxBytes = Number.POSITIVE_INFINITY }: DecompressOptions = {},
): Promise<Decompressed> {
  const iterator = source[Symbol.asyncIterator]()
  const start: Buffer[] = []
  for (let length = 0; length < MAGIC_BYTES; ) {
    const { done, value } = await iterator.next()
    if (done === true) break
    start.push(value)
    length += value.length
  }
  const compression = detectCompression(Buffer.concat(start))
  const all = resumed(start, iterator)
  return { compression, content: limited(decode(compression, all), maxBytes) }
}

/** Enough for every magic number. */
const MAGIC_BYTES = 10

async function* resumed(
  start: readonly Buffer[],
  iterator: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    yield* start
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

async function* limited(content: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let left = maxBytes
  for await (const chunk of content) {
    left -= chunk.length
    if (left < 0) throw invalidArchive(`it has more than ${maxBytes} bytes when it is decompressed`)
    yield chunk
  }
}

/**
 * What a file is, by its content and not by its name. Compressed files without an archive in them
 * are files like others.
 *
 * @throws TsbuildError as `decompress`
 */
export async function detectPacking(fd: number): Promise<Packing> {
  const { compression, content } = await decompress(chunksOf(fd))
  const start = await firstBlock(content)
  if (!startsTar(start)) return 'none'
  return compression === 'none' ? 'tar' : `tar+${compression}`
}

async function firstBlock(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of content) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= BLOCK_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, BLOCK_BYTES)
}

/** A header that is damaged still shows its magic: a broken archive, and no other file. */
function startsTar(block: Buffer): boolean {
  if (block.length < BLOCK_BYTES) return false
  const magic = block.toString('latin1', 257, 262)
  return magic === 'ustar' || (checksumHolds(block) && !isZeroBlock(block))
}

/** @returns the archive unpacked, in chunks of at most 1 MiB */
export async function* openArchive(
  fd: number,
  packing: Exclude<Packing, 'none'>,
): AsyncGenerator<Buffer> {
  yield* decode(compressionOf[packing], chunksOf(fd))
}

const compressionOf = {
  tar: 'none',
  'tar+gzip': 'gzip',
  'tar+bzip2': 'bzip2',
  'tar+xz': 'xz',
  'tar+zstd': 'zstd',
} as const

const CHUNK_BYTES = 1024 * 1024

/** A buffer of its own for each chunk: readers keep parts of it. */
async function* chunksOf(fd: number): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    const length = readSync(fd, buffer, 0, CHUNK_BYTES, position)
    if (length === 0) return
    position += length
    yield buffer.subarray(0, length)
  }
}
