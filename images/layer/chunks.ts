// SPDX-License-Identifier: Apache-2.0
import { BLOCK_BYTES } from '../tar/block.ts'

/** Collects bytes to large chunks, all in one buffer. */
export interface Chunks {
  /** What is free, to be written to directly; empty when the chunk must be taken first. */
  room(): Buffer
  /** So many bytes of `room` were written. */
  wrote(sizeBytes: number): void
  /** Zeros up to the next whole block. */
  pad(): void
  /** What is there, valid until the next write; the buffer counts as empty afterwards. */
  take(): Buffer
}

/** A whole number of blocks, so that padding never crosses the end. */
const CHUNK_BYTES = 1024 * 1024

export function createChunks(): Chunks {
  const buffer = Buffer.alloc(CHUNK_BYTES)
  let used = 0
  return {
    room: () => buffer.subarray(used),
    wrote: (sizeBytes) => {
      used += sizeBytes
    },
    pad() {
      const end = Math.ceil(used / BLOCK_BYTES) * BLOCK_BYTES
      buffer.fill(0, used, end)
      used = end
    },
    take() {
      const chunk = buffer.subarray(0, used)
      used = 0
      return chunk
    },
  }
}
