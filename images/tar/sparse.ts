// SPDX-License-Identifier: Apache-2.0
import { invalidArchive } from './invalid.ts'
import { type PaxRecord, paxInteger } from './pax.ts'

/** A run of data in a file with holes; everything between runs reads as zeros. */
export interface Segment {
  readonly offset: number
  readonly sizeBytes: number
}

/** Where the stored bytes of an entry go in the file it makes. */
export interface SparseMap {
  readonly sizeBytes: number
  readonly segments: readonly Segment[]
}

/** What the extended header tells about holes; 'in-body' when the map stands before the data. */
export type PaxSparse =
  | { readonly kind: 'in-header'; readonly map: SparseMap }
  | { readonly kind: 'in-body'; readonly sizeBytes: number }

/** A map may have this many runs; it is kept in memory while its file is written. */
export const MAX_SEGMENTS = 1_000_000

/**
 * The sparse format of an entry with these extended headers, undefined when it has none.
 *
 * @see GNU tar manual, "Storing Sparse Files": formats 0.0, 0.1 and 1.0
 */
export function paxSparse(
  records: readonly PaxRecord[],
  pax: ReadonlyMap<string, Buffer>,
): PaxSparse | undefined {
  const integer = (key: string) => {
    const value = pax.get(key)
    return value === undefined ? undefined : paxInteger(key, value)
  }
  const sizeBytes = integer('GNU.sparse.realsize') ?? integer('GNU.sparse.size')
  if (sizeBytes === undefined) return undefined
  if (integer('GNU.sparse.major') === 1) return { kind: 'in-body', sizeBytes }
  const map = pax.get('GNU.sparse.map')?.toString('latin1')
  const numbers = map?.split(',').map((text) => paxInteger('GNU.sparse.map', Buffer.from(text)))
  return { kind: 'in-header', map: sparseMap(sizeBytes, numbers ?? pairs(records)) }
}

/**
 * A map from offset and length in turn, checked: runs in rising order, inside the file.
 *
 * @throws TsbuildError ARCHIVE_INVALID
 */
export function sparseMap(sizeBytes: number, numbers: readonly number[]): SparseMap {
  const segments: Segment[] = []
  let end = 0
  for (let index = 0; index < numbers.length; index += 2) {
    const [offset, length] = [numbers[index], numbers[index + 1]]
    if (offset === undefined || length === undefined || offset < end) throw brokenMap()
    end = offset + length
    if (!Number.isSafeInteger(end) || end > sizeBytes) throw brokenMap()
    if (length > 0) segments.push({ offset, sizeBytes: length })
  }
  if (segments.length > MAX_SEGMENTS) throw brokenMap()
  return { sizeBytes, segments }
}

/** Bytes that the entry must store for this map. */
export const storedBytes = (map: SparseMap): number =>
  map.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)

export const brokenMap = () => invalidArchive('the map of a sparse file is broken')

function pairs(records: readonly PaxRecord[]): number[] {
  return records
    .filter(([key]) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
    .map(([key, value]) => paxInteger(key, value))
}
