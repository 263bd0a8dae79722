// SPDX-License-Identifier: Apache-2.0
import { BLOCK_BYTES } from '../tar/block.ts'

/** Bytes that are collected to large chunks, all in one buffer. */
export interface Chunks {
  readonly buffer: Buffer
  /** So much of it is taken; what is to come goes behind. */
  used: number
}

/** A whole number of blocks, so that padding never crosses the end. */
const CHUNK_BYTES = 1024 * 1024

export const createChunks = (): Chunks => ({ buffer: Buffer.alloc(CHUNK_BYTES), used: 0 })

/** What is there, valid until the next byte comes, and nothing is left. */
export function takeChunk(chunks: Chunks): Buffer {
  const chunk = chunks.buffer.subarray(0, chunks.used)
  chunks.used = 0
  return chunk
}

/** Room for one byte at least, and for `sizeBytes` at most; a full chunk goes out before. */
export function* makeRoom(chunks: Chunks, sizeBytes: number): Generator<Buffer, number> {
  if (chunks.used === CHUNK_BYTES) yield takeChunk(chunks)
  return Math.min(CHUNK_BYTES - chunks.used, sizeBytes)
}

/** Zeros up to the next whole block. */
export function padChunk(chunks: Chunks): void {
  const end = Math.ceil(chunks.used / BLOCK_BYTES) * BLOCK_BYTES
  chunks.buffer.fill(0, chunks.used, end)
  chunks.used = end
}
