// SPDX-License-Identifier: Apache-2.0
import { padded } from './block.ts'
import { effectivePax } from './pax.ts'
import {
  brokenMap,
  MAX_SEGMENTS,
  paxSparse,
  type SparseMap,
  sparseMap,
  storedBytes,
} from './sparse.ts'
import type { RawHeader } from './walk.ts'

/** Takes the content of one file. */
export interface Body {
  /** Positions rise; what is left out between two writes is zeros. */
  write(chunk: Buffer, position: number): void
  /** Called when all was written that is not zeros. */
  end(sizeBytes: number): void
}

/** Takes the bytes that an archive stores for an entry, in order. */
export interface StoredBody {
  write(chunk: Buffer): void
  end(): void
}

/**
 * Puts the stored bytes of an entry where they belong in its file.
 *
 * @throws TsbuildError ARCHIVE_INVALID if a map of holes does not fit the stored bytes
 */
export function placeBody(raw: RawHeader, body: Body): StoredBody {
  const sparse = paxSparse(raw.pax, effectivePax(raw.pax))
  if (sparse?.kind === 'in-body') return mapInBody(raw.sizeBytes, sparse.sizeBytes, body)
  if (sparse?.kind === 'in-header') return mapped(sparse.map, raw.sizeBytes, body)
  if (raw.gnuSparse === undefined) return straight(body)
  const { sizeBytes, numbers } = raw.gnuSparse
  return mapped(sparseMap(sizeBytes, numbers), raw.sizeBytes, body)
}

function straight(body: Body): StoredBody {
  let position = 0
  return {
    write(chunk) {
      body.write(chunk, position)
      position += chunk.length
    },
    end: () => body.end(position),
  }
}

function mapped(map: SparseMap, stored: number, body: Body): StoredBody {
  if (storedBytes(map) !== stored) throw brokenMap()
  let index = 0
  let used = 0
  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const segment = map.segments[index]
        if (segment === undefined) throw brokenMap()
        const part = chunk.subarray(at, at + segment.sizeBytes - used)
        body.write(part, segment.offset + used)
        at += part.length
        used += part.length
        if (used < segment.sizeBytes) continue
        index += 1
        used = 0
      }
    },
    end: () => body.end(map.sizeBytes),
  }
}

/** Format 1.0: the map stands before the data, padded to whole blocks. */
function mapInBody(stored: number, sizeBytes: number, body: Body): StoredBody {
  let head = Buffer.alloc(0)
  let data: StoredBody | undefined
  return {
    write(chunk) {
      if (data !== undefined) return data.write(chunk)
      head = Buffer.concat([head, chunk])
      const map = parseMap(head)
      const start = padded(map?.sizeBytes ?? 0)
      if (map === undefined || head.length < start) return
      data = mapped(sparseMap(sizeBytes, map.numbers), stored - start, body)
      data.write(head.subarray(start))
    },
    end() {
      if (data === undefined) throw brokenMap()
      data.end()
    },
  }
}

/** A run needs at most two numbers of 16 digits and their line ends. */
const MAX_MAP_BYTES = MAX_SEGMENTS * 34

/**
 * Decimal numbers, one a line: how many runs, then offset and length of each.
 *
 * @returns undefined while the text is not complete
 */
function parseMap(head: Buffer): { numbers: number[]; sizeBytes: number } | undefined {
  if (head.length > MAX_MAP_BYTES) throw brokenMap()
  const numbers: number[] = []
  let at = 0
  for (let wanted = 1; numbers.length < wanted; ) {
    const end = head.indexOf(NEWLINE, at)
    if (end < 0) return undefined
    const text = head.toString('latin1', at, end)
    if (!/^[0-9]{1,16}$/.test(text)) throw brokenMap()
    numbers.push(Number(text))
    at = end + 1
    if (numbers.length === 1) wanted += 2 * Number(text)
  }
  return { numbers: numbers.slice(1), sizeBytes: at }
}

const NEWLINE = 0x0a
