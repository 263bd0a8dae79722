// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, readlinkSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import type { FileTime, Syscalls } from '../../native-shim/syscalls.ts'
import type { EntryType, FileEntry } from '../tar/entry.ts'

/** 'as-root': it belongs to root and has no set-id bits, as what users add to an image. */
export type Ownership = 'exact' | 'as-root'

export interface Found {
  /** A byte string. */
  readonly source: string
  readonly type: EntryType
  readonly stats: BigIntStats
}

const SET_ID_BITS = 0o6000

/**
 * An entry that makes a file like `source`.
 *
 * @param path what it is to be called
 */
export function describe(
  { source, type, stats }: Found,
  path: string,
  { ownership, sys }: { readonly ownership: Ownership; readonly sys: Syscalls },
): FileEntry {
  const exact = ownership === 'exact'
  const mode = Number(stats.mode) & 0o7777
  return {
    type,
    path,
    mode: exact || type === 'directory' ? mode : mode & ~SET_ID_BITS,
    uid: exact ? Number(stats.uid) : 0,
    gid: exact ? Number(stats.gid) : 0,
    mtime: fileTime(stats.mtimeNs),
    linkTarget: type === 'symlink' ? readlinkSync(bytePath(source), { encoding: 'latin1' }) : '',
    device: deviceOf(stats.rdev),
    xattrs: readXattrs(sys, source),
  }
}

/** Undefined for a socket, which only lives with the program that made it. */
export function entryType(stats: BigIntStats): EntryType | undefined {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symlink'
  if (stats.isCharacterDevice()) return 'char'
  if (stats.isBlockDevice()) return 'block'
  return stats.isFIFO() ? 'fifo' : undefined
}

const SECOND_NS = 1_000_000_000n

function fileTime(sinceEpochNs: bigint): FileTime {
  const nanoseconds = ((sinceEpochNs % SECOND_NS) + SECOND_NS) % SECOND_NS
  const seconds = (sinceEpochNs - nanoseconds) / SECOND_NS
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) }
}

/** Device numbers as stat(2) gives them, of 32 bits as all in use are. */
function deviceOf(rdev: bigint): FileEntry['device'] {
  const number = Number(rdev)
  return { major: (number >> 8) & 0xfff, minor: (number & 0xff) | ((number >> 12) & 0xfff00) }
}

function readXattrs(sys: Syscalls, source: string): Map<string, Buffer> {
  return new Map(sys.llistxattr(source).map((name) => [name, sys.lgetxattr(source, name)]))
}
