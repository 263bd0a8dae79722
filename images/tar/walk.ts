// SPDX-License-Identifier: Apache-2.0
import { BLOCK_BYTES, checksumHolds, fields, isZeroBlock, mtime, padded, size } from './block.ts'
import { invalidArchive } from './invalid.ts'
import { effectivePax, type PaxRecord, parsePax, paxInteger } from './pax.ts'
import { MAX_SEGMENTS } from './sparse.ts'

/** The blocks in front of an entry's data, their sizes and numbers checked. */
export interface RawHeader {
  /** The header block itself: names, ids and modes are read from it. */
  readonly block: Buffer
  /** The type flag: one character. */
  readonly type: string
  /** Records for all entries first, then those of this one. */
  readonly pax: readonly PaxRecord[]
  /** Byte strings from GNU headers in front, for what the block has no room for. */
  readonly longName: string | undefined
  readonly longLink: string | undefined
  /** The map of an old GNU sparse entry: the file's size, then offset and length in turn. */
  readonly gnuSparse:
    | { readonly sizeBytes: number; readonly numbers: readonly number[] }
    | undefined
  /** As the header itself has it; tar-stream is a second off before 1970. */
  readonly mtimeSeconds: number
  /** Where the entry's data starts, extension blocks of sparse headers not counted. */
  readonly bodyOffset: number
  /** Bytes of data that follow. */
  readonly sizeBytes: number
}

/**
 * Bytes that are looked at next: the header where the archive may also end, what belongs to a
 * header, the same in a form that decoders do not know, or data, which may come in parts.
 */
export interface Wanted {
  readonly sizeBytes: number
  readonly use: 'header' | 'read' | 'hide' | 'data'
}

type Walk<Result> = Generator<Wanted, Result, Buffer>

/** The structure of an archive, block by block, as far as it has been pushed in. */
export interface BlockWalk {
  /** @param see called for each part of the chunk before anything is concluded from it */
  push(chunk: Buffer, see: (part: Buffer, use: Wanted['use']) => void): void
  /** 'between entries': what came may be a whole archive, only its end marker is missing. */
  state(): 'ended' | 'between entries' | 'inside'
}

/**
 * Follows the blocks of an archive: extended headers are kept as bytes, every size is checked
 * before anything is done with it, and what stands behind the end marker is not looked at.
 *
 * @param visit called for each entry when its headers are complete, before its data
 */
export function walkBlocks(visit: (header: RawHeader) => void): BlockWalk {
  const walk = entries(visit)
  let wanted: Wanted | undefined = walk.next().value ?? undefined
  let kept: Buffer[] = []
  let missing = wanted?.sizeBytes ?? 0

  const take = (part: Buffer): void => {
    if (wanted?.use !== 'data') kept.push(part)
    missing -= part.length
    if (missing > 0) return
    const bytes = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept)
    kept = []
    wanted = walk.next(bytes).value ?? undefined
    missing = wanted?.sizeBytes ?? 0
  }
  return {
    push(chunk, see) {
      for (let at = 0; at < chunk.length && wanted !== undefined; ) {
        const part = chunk.subarray(at, at + missing)
        at += part.length
        see(part, wanted.use)
        take(part)
      }
    },
    state() {
      if (wanted === undefined) return 'ended'
      return wanted.use === 'header' && kept.length === 0 ? 'between entries' : 'inside'
    },
  }
}

interface Meta {
  pax: readonly PaxRecord[]
  longName: string | undefined
  longLink: string | undefined
}

const noMeta: Meta = { pax: [], longName: undefined, longLink: undefined }

function* entries(visit: (header: RawHeader) => void): Walk<void> {
  let shared: readonly PaxRecord[] = []
  let own = noMeta
  let bodyOffset = 0
  for (;;) {
    const use = own === noMeta ? 'header' : 'read'
    const block = yield { sizeBytes: BLOCK_BYTES, use }
    if (isZeroBlock(block)) return
    if (!checksumHolds(block)) throw invalidArchive('a header has a wrong checksum')
    const type = block.toString('latin1', ...span(fields.type))
    bodyOffset += BLOCK_BYTES
    if (META_TYPES.includes(type)) {
      const body = yield* metaBody(block)
      bodyOffset += padded(body.length)
      if (type === 'g') shared = mergeShared(shared, parsePax(body))
      else own = { ...own, ...metaOf(type, body) }
      continue
    }
    const gnuSparse = type === 'S' ? yield* sparseMapBlocks(block) : undefined
    const { longName, longLink } = own
    const pax = shared.length === 0 ? own.pax : [...shared, ...own.pax]
    const sizeBytes = entrySize(block, own.pax)
    const described = { block, type, pax, longName, longLink, gnuSparse }
    visit({ ...described, mtimeSeconds: mtime(block), bodyOffset, sizeBytes })
    own = noMeta
    bodyOffset += padded(sizeBytes)
    if (sizeBytes > 0) yield { sizeBytes: padded(sizeBytes), use: 'data' }
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

function metaOf(type: string, body: Buffer): Partial<Meta> {
  if (type === 'x') return { pax: parsePax(body) }
  const text = body.toString('latin1').replace(/\0+$/, '')
  return type === 'L' ? { longName: text } : { longLink: text }
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
