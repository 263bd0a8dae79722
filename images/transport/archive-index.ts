// SPDX-License-Identifier: Apache-2.0
import { BLOCK_BYTES, checksumHolds, fields, isZeroBlock, padded, size } from '../tar/block.ts'
import { invalidArchive, readable } from '../tar/invalid.ts'
import { effectivePax, parsePax, paxInteger } from '../tar/pax.ts'
import { readSpan, type Span } from './chunks.ts'

/** What an archive of an image holds under one name. */
export type ArchiveEntry =
  | ({ readonly kind: 'file' } & Span)
  /** Both as a path from the top of the archive. */
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'other' }

/** More than any image has: 500 layers, and in docker's old form four files for each. */
const MAX_ENTRIES = 100_000
/** Bound of a name. */
const MAX_NAME_BYTES = 64 * 1024

/**
 * Where the files of a tar archive lie, without reading their content. The later one of a name
 * counts, as it would when the archive was unpacked.
 *
 * @param sizeBytes of the archive
 * @throws TsbuildError ARCHIVE_INVALID
 */
export function indexArchive(fd: number, sizeBytes: number): Map<string, ArchiveEntry> {
  const entries = new Map<string, ArchiveEntry>()
  let meta = new Map<string, string>()
  for (let at = 0, count = 0; ; count++) {
    const block = readSpan(fd, { offset: at, sizeBytes: BLOCK_BYTES })
    if (block.length < BLOCK_BYTES) throw cutOff()
    if (isZeroBlock(block)) return entries
    if (!checksumHolds(block)) throw invalidArchive('a header has a wrong checksum')
    if (count > MAX_ENTRIES) throw invalidArchive(`it has more than ${MAX_ENTRIES} entries`)
    at += BLOCK_BYTES
    const type = text(block, fields.type)
    const paxSize = meta.get('size')
    const bodyBytes =
      paxSize === undefined ? size(block, fields.size) : paxInteger('size', Buffer.from(paxSize))
    if (at + bodyBytes > sizeBytes) throw cutOff()
    const body = { offset: at, sizeBytes: bodyBytes }
    if (META_TYPES.includes(type)) {
      meta = new Map([...meta, ...readMeta(type, fd, body)])
    } else {
      entries.set(
        normalized(meta.get('path') ?? nameOf(block)),
        entryOf({ type, block, meta, body }),
      )
      meta = new Map()
    }
    at += padded(bodyBytes)
  }
}

/** Extended headers, for one entry or for all, and GNU long names. */
const META_TYPES = ['x', 'g', 'L', 'K']

const NAME = [0, 100] as const
const LINK_NAME = [157, 100] as const
const PREFIX = [345, 155] as const

function text(block: Buffer, [start, length]: readonly [number, number]): string {
  const raw = block.toString('latin1', start, start + length)
  return raw.split('\0', 1)[0] ?? ''
}

function nameOf(block: Buffer): string {
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? text(block, PREFIX) : ''
  return prefix === '' ? text(block, NAME) : `${prefix}/${text(block, NAME)}`
}

/** Records for all entries say nothing that counts here; GNU's names are like records. */
function readMeta(type: string, fd: number, body: Span): [string, string][] {
  if (body.sizeBytes > MAX_NAME_BYTES) throw invalidArchive('an extended header is too long')
  const bytes = readSpan(fd, body)
  const whole = bytes.toString('latin1').split('\0', 1)[0] ?? ''
  if (type === 'L') return [['path', whole]]
  if (type === 'K') return [['linkpath', whole]]
  if (type === 'g') return []
  const records = effectivePax(parsePax(bytes))
  return [...records].map(([key, value]) => [key, value.toString('latin1')])
}

interface Found {
  readonly type: string
  readonly block: Buffer
  readonly meta: ReadonlyMap<string, string>
  readonly body: Span
}

function entryOf({ type, block, meta, body }: Found): ArchiveEntry {
  const target = meta.get('linkpath') ?? text(block, LINK_NAME)
  if (type === '1') return { kind: 'link', target: normalized(target) }
  if (type === '2') {
    const [folder] = /^.*\//.exec(normalized(meta.get('path') ?? nameOf(block))) ?? ['']
    return { kind: 'link', target: normalized(`${folder}${target}`) }
  }
  const isSparse = [...meta.keys()].some((key) => key.startsWith('GNU.sparse.'))
  if (isSparse) throw invalidArchive(`${readable(nameOf(block))} is sparse`)
  return ['0', '', '7'].includes(type) ? { kind: 'file', ...body } : { kind: 'other' }
}

/** Without `.`, empty parts and, kept inside the archive, `..`. */
export function normalized(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const cutOff = () => invalidArchive('it is cut off', { hint: 'fetch or make it again' })
