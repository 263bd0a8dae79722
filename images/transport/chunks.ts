// SPDX-License-Identifier: Apache-2.0
import { readSync } from 'node:fs'

const CHUNK_BYTES = 1024 * 1024

/** Part of an open file: from where, and how many bytes at most. */
export interface Span {
  readonly offset: number
  readonly sizeBytes: number
}

/** The bytes of a span, fewer where the file ends; a buffer of its own. */
export function readSpan(fd: number, { offset, sizeBytes }: Span): Buffer {
  const buffer = Buffer.allocUnsafeSlow(sizeBytes)
  let length = 0
  for (let read = -1; length < sizeBytes && read !== 0; length += read) {
    read = readSync(fd, buffer, length, sizeBytes - length, offset + length)
  }
  return buffer.subarray(0, length)
}

/** The same in chunks of at most 1 MiB. */
export function* streamSpan(fd: number, { offset, sizeBytes }: Span): Generator<Buffer> {
  for (let at = 0; at < sizeBytes; ) {
    const wanted = Math.min(CHUNK_BYTES, sizeBytes - at)
    const chunk = readSpan(fd, { offset: offset + at, sizeBytes: wanted })
    if (chunk.length === 0) return
    at += chunk.length
    yield chunk
  }
}
