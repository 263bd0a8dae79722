// SPDX-License-Identifier: Apache-2.0
import { BLOCK_BYTES, checksumHolds, fields, isZeroBlock, mtime, padded, size } from './block.ts'
import { invalidArchive } from './invalid.ts'
import { effectivePax, type PaxRecord, parsePax, paxInteger } from './pax.ts'
import { MAX_SEGMENTS } from './sparse.ts'

/** What the decoder does not hand over of an entry. */
export interface RawHeader {
  /** The type flag: one character. */
  readonly type: string
  /** Records for all entries first, then those of this one. */
  readonly pax: readonly PaxRecord[]
  /** The map of an old GNU sparse entry: the file's size, then offset and length in turn. */
  readonly gnuSparse:
    | { readonly sizeBytes: number; readonly numbers: readonly number[] }
    | undefined
  /** As the header itself has it; tar-stream is a second off before 1970. */
  readonly mtimeSeconds: number
  /** Where the entry's data starts in the bytes passed on to the decoder. */
  readonly bodyOffset: number
  /** Bytes of data that follow. */
  readonly sizeBytes: number
}

/** Follows the blocks of an archive on their way to the decoder. */
export interface Framing {
  /** @returns the parts of `chunk` that the decoder is to see */
  push(chunk: Buffer): Buffer[]
  /** The header of the entry that the decoder reports next. */
  next(): RawHeader | undefined
  /** @throws TsbuildError ARCHIVE_INVALID if the archive stopped before its end marker */
  end(): void
}

/**
 * A second reader of the block structure, beside the decoder's: it keeps extended headers as bytes
 * (the decoder turns them into text), checks every size before anything is done with it, takes
 * out the extension blocks of old sparse headers, and stops at the end marker.
 */
export function createFraming(): Framing {
  const headers: RawHeader[] = []
  const walk = walkBlocks(headers)
  let wanted: Wanted | undefined = walk.next().value ?? undefined
  let kept: Buffer[] = []
  let missing = wanted?.sizeBytes ?? 0

  const take = (part: Buffer): void => {
    if (wanted?.use !== 'skip') kept.push(part)
    missing -= part.length
    if (missing > 0) return
    const bytes = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept)
    kept = []
    wanted = walk.next(bytes).value ?? undefined
    missing = wanted?.sizeBytes ?? 0
  }
  return {
    push(chunk) {
      const passed: Buffer[] = []
      let passFrom = 0
      let at = 0
      while (at < chunk.length && wanted !== undefined) {
        const part = chunk.subarray(at, at + missing)
        if (wanted.use === 'hide') {
          passed.push(chunk.subarray(passFrom, at))
          passFrom = at + part.length
        }
        at += part.length
        take(part)
      }
      passed.push(chunk.subarray(passFrom, at))
      return passed.filter((part) => part.length > 0)
    },
    next: () => headers.shift(),
    end() {
      if (wanted !== undefined)
        throw invalidArchive('it is cut off', { hint: 'fetch or make it again' })
    },
  }
}

/** Bytes that the walk needs next: to look at, to look at and keep from the decoder, or not. */
interface Wanted {
  readonly sizeBytes: number
  readonly use: 'read' | 'hide' | 'skip'
}

type Walk<Result> = Generator<Wanted, Result, Buffer>

function* walkBlocks(headers: RawHeader[]): Walk<void> {
  let shared: readonly PaxRecord[] = []
  let own: readonly PaxRecord[] = []
  let passedOn = 0
  for (;;) {
    const block = yield { sizeBytes: BLOCK_BYTES, use: 'read' }
    if (isZeroBlock(block)) return
    if (!checksumHolds(block)) throw invalidArchive('a header has a wrong checksum')
    const type = block.toString('latin1', ...span(fields.type))
    passedOn += BLOCK_BYTES
    if (META_TYPES.includes(type)) {
      const body = yield* metaBody(block)
      passedOn += padded(body.length)
      if (type === 'x') own = parsePax(body)
      if (type === 'g') shared = mergeShared(shared, parsePax(body))
      continue
    }
    const gnuSparse = type === 'S' ? yield* sparseMapBlocks(block) : undefined
    const pax = [...shared, ...own]
    const sizeBytes = entrySize(block, own)
    const mtimeSeconds = mtime(block)
    headers.push({ type, pax, gnuSparse, mtimeSeconds, bodyOffset: passedOn, sizeBytes })
    own = []
    passedOn += padded(sizeBytes)
    if (sizeBytes > 0) yield { sizeBytes: padded(sizeBytes), use: 'skip' }
  }
}

/** Extended headers and GNU long names and link targets: they describe the entry behind them. */
const META_TYPES = ['x', 'g', 'L', 'K']
/** A description may have this many bytes; the limits of the kernel are far below. */
const MAX_META_BYTES = 1024 * 1024

const span = ([offset, length]: readonly [number, number]) => [offset, offset + length] as const

function* metaBody(block: Buffer): Walk<Buffer> {
  const sizeBytes = size(block, fields.size)
  if (sizeBytes > MAX_META_BYTES) {
    throw invalidArchive(`an extended header has ${sizeBytes} bytes, ${MAX_META_BYTES} are allowed`)
  }
  if (sizeBytes === 0) return Buffer.alloc(0)
  const body = yield { sizeBytes: padded(sizeBytes), use: 'read' }
  return body.subarray(0, sizeBytes)
}

function mergeShared(shared: readonly PaxRecord[], more: readonly PaxRecord[]): PaxRecord[] {
  const wrong = more.find(([key]) => ['path', 'linkpath', 'size'].includes(key))
  if (wrong !== undefined) throw invalidArchive(`a header for all entries sets ${wrong[0]}`)
  const merged = [...effectivePax([...shared, ...more])]
  const sizeBytes = merged.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  if (sizeBytes > MAX_META_BYTES) throw invalidArchive('the headers for all entries are too long')
  return merged
}

function entrySize(block: Buffer, own: readonly PaxRecord[]): number {
  const value = own.findLast(([key]) => key === 'size')?.[1]
  if (value !== undefined && value.length > 0) return paxInteger('size', value)
  return size(block, fields.size)
}

/** Four pairs in the header itself, then blocks of 21 pairs as long as a flag says so. */
function* sparseMapBlocks(block: Buffer): Walk<NonNullable<RawHeader['gnuSparse']>> {
  const numbers = sparseNumbers(block, fields.sparsePairs)
  let extended = block[fields.sparseExtended[0]] !== 0
  while (extended && numbers.length <= 2 * MAX_SEGMENTS) {
    const more = yield { sizeBytes: BLOCK_BYTES, use: 'hide' }
    numbers.push(...sparseNumbers(more, [0, 504]))
    extended = more[504] !== 0
  }
  return { sizeBytes: size(block, fields.sparseRealSize), numbers }
}

function sparseNumbers(block: Buffer, [start, length]: readonly [number, number]): number[] {
  const numbers: number[] = []
  for (let at = start; at < start + length && block[at] !== 0; at += 24) {
    numbers.push(size(block, [at, 12]), size(block, [at + 12, 12]))
  }
  return numbers
}
