// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import { TsbuildError } from '../../core/lib/errors.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import { readable } from '../tar/invalid.ts'
import { type Chunks, makeRoom, padChunk } from './chunks.ts'

export interface ContentSource {
  /** A byte string: where the file is to be opened. */
  readonly place: string
  /** What it is called in messages. */
  readonly path: string
  /** So many bytes are packed, whatever it has meanwhile. */
  readonly sizeBytes: number
  /** Whether fewer are on disk: then holes are looked for, and not read. */
  readonly hasHoles: boolean
}

/**
 * The content of a file, padded to whole blocks. Holes come out as zeros: tools that take a layer
 * apart and put it together again (tar-split, in podman) know sparse entries only as plain ones,
 * and could not push what they had pulled.
 *
 * @throws TsbuildError STORE_CORRUPT if the file became shorter
 */
export function* packContent(
  source: ContentSource,
  { chunks, sys }: { readonly chunks: Chunks; readonly sys: Syscalls },
): Generator<Buffer> {
  const fd = openSync(bytePath(source.place), constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    for (let at = 0; at < source.sizeBytes; ) {
      const run = source.hasHoles ? nextRun(sys, fd, at, source) : wholeFile(source)
      if (run.start > at) yield* packZeros(run.start - at, chunks)
      yield* packRun(fd, run, source, chunks)
      at = run.end
    }
    padChunk(chunks)
  } finally {
    closeSync(fd)
  }
}

/** Data from `start` to `end`; what is before it is a hole. */
interface Run {
  readonly start: number
  readonly end: number
}

const wholeFile = ({ sizeBytes }: ContentSource): Run => ({ start: 0, end: sizeBytes })

function nextRun(sys: Syscalls, fd: number, from: number, { sizeBytes }: ContentSource): Run {
  const start = Math.min(seekData(sys, fd, from), sizeBytes)
  const end = start === sizeBytes ? start : Math.min(sys.lseek(fd, start, 'hole'), sizeBytes)
  return { start, end }
}

/** @returns infinity when only a hole is left. @see lseek(2) */
function seekData(sys: Syscalls, fd: number, from: number): number {
  try {
    return sys.lseek(fd, from, 'data')
  } catch (error) {
    if (!hasCode(error, 'ENXIO')) throw error
    return Number.POSITIVE_INFINITY
  }
}

function* packZeros(sizeBytes: number, chunks: Chunks): Generator<Buffer> {
  for (let left = sizeBytes; left > 0; ) {
    const room = yield* makeRoom(chunks, left)
    chunks.buffer.fill(0, chunks.used, chunks.used + room)
    chunks.used += room
    left -= room
  }
}

function* packRun(fd: number, { start, end }: Run, source: ContentSource, chunks: Chunks) {
  for (let at = start; at < end; ) {
    const room = yield* makeRoom(chunks, end - at)
    const sizeBytes = readSync(fd, chunks.buffer, chunks.used, room, at)
    if (sizeBytes === 0) throw shortened(source)
    chunks.used += sizeBytes
    at += sizeBytes
  }
}

function shortened({ path }: ContentSource): TsbuildError {
  const message = `cannot pack ${readable(path)}: it became shorter while it was read`
  return new TsbuildError('STORE_CORRUPT', message, {
    hint: 'nothing but tsbuild may write to its store: end what does, then try again',
  })
}
