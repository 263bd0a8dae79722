// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'

/**
 * Digests of files by what lstat(2) says of them, so that a file which was not changed need not be
 * read again. Device, inode, size, modification and change time must all be the same: the last
 * one nobody can set, and it covers owner, mode and attributes as well.
 */
export interface StatIndex {
  /** The 32 bytes that were added for a file like this. */
  find(stats: BigIntStats): Buffer | undefined
  /**
   * @param lookedAtMs when `stats` were taken. A file that was changed just before could be
   *   changed again without another change time, so it is not kept. @see git, "racy git"
   */
  add(stats: BigIntStats, digest: Buffer, lookedAtMs: number): void
  /** The file of the index; undefined when that need not be written. */
  encode(): Buffer | undefined
}

// The file is a table that is sorted by its first columns and searched where it lies, so that
// reading it costs nothing for each entry.
const HEADER_BYTES = 48
const MAGIC = 'tsbuild-stat/1\n\0'
const KEY_BYTES = 40
const ENTRY_BYTES = 72

/** 7 MiB; of more files those that were asked for last are kept. */
const MAX_ENTRIES = 100_000

/** No file that is read as an index may be larger. */
export const MAX_INDEX_BYTES = HEADER_BYTES + MAX_ENTRIES * ENTRY_BYTES

/**
 * @param file the file of an index; anything that is none is like an empty one
 * @param maxEntries for tests
 */
export function openStatIndex(file: Buffer | undefined, maxEntries = MAX_ENTRIES): StatIndex {
  const table = tableIn(file)
  const keyOf = keyWriter()
  const used = new Set<number>()
  const added = new Map<string, Buffer>()
  return {
    find(stats) {
      const key = keyOf(stats)
      const fresh = added.size === 0 ? undefined : added.get(key.toString('latin1'))
      if (fresh !== undefined) return fresh.subarray(KEY_BYTES)
      const at = search(table, key)
      if (at === undefined) return undefined
      used.add(at)
      return table.subarray(at + KEY_BYTES, at + ENTRY_BYTES)
    },
    add(stats, digest, lookedAtMs) {
      if (isRacy(stats, lookedAtMs)) return
      const key = keyOf(stats)
      added.set(key.toString('latin1'), Buffer.concat([key, digest], ENTRY_BYTES))
    },
    encode: () => (added.size === 0 ? undefined : encode(table, used, added, maxEntries)),
  }
}

function tableIn(file: Buffer | undefined): Buffer {
  const table = file?.subarray(HEADER_BYTES)
  if (file === undefined || table === undefined) return Buffer.alloc(0)
  const sound = file.length >= HEADER_BYTES && table.length % ENTRY_BYTES === 0
  return sound && header(table).equals(file.subarray(0, HEADER_BYTES)) ? table : Buffer.alloc(0)
}

const header = (table: Buffer): Buffer =>
  Buffer.concat([Buffer.from(MAGIC, 'latin1'), createHash('sha256').update(table).digest()])

/** Five numbers of 64 bits as they lie in memory, in bytes that hold until the next call. */
function keyWriter(): (stats: BigIntStats) => Buffer {
  const words = new BigUint64Array(KEY_BYTES / BigUint64Array.BYTES_PER_ELEMENT)
  const bytes = Buffer.from(words.buffer)
  return ({ ino, dev, size, mtimeNs, ctimeNs }) => {
    words[0] = ino
    words[1] = dev
    words[2] = size
    words[3] = mtimeNs
    words[4] = ctimeNs
    return bytes
  }
}

/** @returns where the entry starts */
function search(table: Buffer, key: Buffer): number | undefined {
  const count = table.length / ENTRY_BYTES
  for (let index = firstOf(table, key); index < count; index++) {
    const at = index * ENTRY_BYTES
    const order = table.compare(key, 0, KEY_BYTES, at, at + KEY_BYTES)
    if (order === 0) return at
    if (order > 0) return undefined
  }
  return undefined
}

/**
 * The first entry whose inode is not lower, by its bytes: those two halves are compared as numbers,
 * since a call that compares bytes for each step would take longer than all the rest.
 */
function firstOf(table: Buffer, key: Buffer): number {
  const [wantedHigh, wantedLow] = [key.readUInt32BE(0), key.readUInt32BE(4)]
  let [low, high] = [0, table.length / ENTRY_BYTES]
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = middle * ENTRY_BYTES
    const ours = table.readUInt32BE(at)
    const isLower =
      ours < wantedHigh || (ours === wantedHigh && table.readUInt32BE(at + 4) < wantedLow)
    if (isLower) low = middle + 1
    else high = middle
  }
  return low
}

const SECOND_NS = 1_000_000_000n

/** The clock of files moves with the timer, by 10 ms at most; where it has whole seconds, by 2. */
function isRacy({ ctimeNs }: BigIntStats, lookedAtMs: number): boolean {
  const step = ctimeNs % SECOND_NS === 0n ? 2n * SECOND_NS : SECOND_NS / 10n
  return ctimeNs > BigInt(Math.floor(lookedAtMs)) * 1_000_000n - step
}

function encode(
  table: Buffer,
  used: ReadonlySet<number>,
  added: ReadonlyMap<string, Buffer>,
  maxEntries: number,
): Buffer {
  const entry = (at: number) => table.subarray(at, at + ENTRY_BYTES)
  const entries = [...added.values(), ...[...used].map(entry)].slice(0, maxEntries)
  const replaced = new Set(entries.map(fileOf))
  for (let at = 0; at < table.length && entries.length < maxEntries; at += ENTRY_BYTES) {
    if (!used.has(at) && !replaced.has(fileOf(entry(at)))) entries.push(entry(at))
  }
  const sorted = Buffer.concat(entries.sort(Buffer.compare))
  return Buffer.concat([header(sorted), sorted])
}

/** Inode and device: an entry with other times is about what the file was before. */
const fileOf = (entry: Buffer) => entry.toString('latin1', 0, 16)
