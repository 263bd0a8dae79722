// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, readlinkSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import type { FileTime, Syscalls } from '../../native-shim/syscalls.ts'
import type { EntryType, FileEntry } from '../tar/entry.ts'
import {
  INODE_RECORD_XATTR,
  parseInodeRecord,
  type RecordWriters,
  withRecord,
} from './inode-record.ts'
import { imageId, ownIds } from './own-ids.ts'
import type { OwnerTable } from './owner-table.ts'
import { KEPT_XATTR_PREFIX } from './xattrs.ts'

/** 'as-root': it belongs to root and has no set-id bits, as what users add to an image. */
export type Ownership = 'exact' | 'as-root'

export interface Found {
  /** A byte string. */
  readonly source: string
  readonly type: EntryType
  readonly stats: BigIntStats
}

const SET_ID_BITS = 0o6000

export interface Manner {
  readonly ownership: Ownership
  readonly sys: Syscalls
  /** For 'exact': the records of links and special files. */
  readonly owners?: OwnerTable | undefined
  /** For 'exact': by whom records may be; only root without it. */
  readonly recordWriters?: RecordWriters | undefined
  /** Which extended attributes the entry gets; all without it. Our own record is never one. */
  readonly keepsXattr?: (name: string) => boolean
}

/**
 * An entry that makes a file like `source`. With 'exact' it has the owner, mode and type that our
 * records say, so an empty file can be described as a device.
 *
 * @param path what it is to be called
 */
export function describe(found: Found, path: string, manner: Manner): FileEntry {
  const { source, type, stats } = found
  const exact = manner.ownership === 'exact'
  const mode = Number(stats.mode) & 0o7777
  const names = type === 'symlink' ? [] : manner.sys.llistxattr(source)
  const own = ownIds()
  const entry = {
    type,
    path,
    mode: exact || type === 'directory' ? mode : mode & ~SET_ID_BITS,
    uid: exact ? imageId(Number(stats.uid), own.uid) : 0,
    gid: exact ? imageId(Number(stats.gid), own.gid) : 0,
    mtime: fileTime(stats.mtimeNs),
    linkTarget: type === 'symlink' ? readlinkSync(bytePath(source), { encoding: 'latin1' }) : '',
    device: deviceOf(stats.rdev),
    xattrs: names.length === 0 ? NO_XATTRS : readXattrs(names, source, manner),
  }
  const record = exact ? recordOf(names, found, manner) : undefined
  if (record === undefined) return entry
  return withRecord(entry, record, {
    sizeBytes: stats.size,
    writers: manner.recordWriters ?? 'root',
  })
}

const NO_XATTRS: ReadonlyMap<string, Buffer> = new Map()

function recordOf(names: readonly string[], { source, type, stats }: Found, manner: Manner) {
  if (type !== 'file' && type !== 'directory') return manner.owners?.find(stats)
  if (!names.includes(INODE_RECORD_XATTR)) return undefined
  return parseInodeRecord(manner.sys.lgetxattr(source, INODE_RECORD_XATTR).toString('latin1'))
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

export function fileTime(sinceEpochNs: bigint): FileTime {
  const nanoseconds = ((sinceEpochNs % SECOND_NS) + SECOND_NS) % SECOND_NS
  const seconds = (sinceEpochNs - nanoseconds) / SECOND_NS
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds) }
}

/** Device numbers as stat(2) gives them, of 32 bits as all in use are. */
function deviceOf(rdev: bigint): FileEntry['device'] {
  const number = Number(rdev)
  return { major: (number >> 8) & 0xfff, minor: (number & 0xff) | ((number >> 12) & 0xfff00) }
}

/** What we keep for the kernel is there as it was meant, unless the kernel has one by now. */
function readXattrs(
  names: readonly string[],
  source: string,
  { sys, ownership, keepsXattr = () => true }: Manner,
): Map<string, Buffer> {
  const meant = (name: string) =>
    ownership === 'exact' && name.startsWith(KEPT_XATTR_PREFIX)
      ? name.slice(KEPT_XATTR_PREFIX.length)
      : name
  const found = new Map<string, Buffer>()
  for (const name of names) {
    const known = meant(name) !== name && names.includes(meant(name))
    if (known || name === INODE_RECORD_XATTR || !keepsXattr(meant(name))) continue
    found.set(meant(name), sys.lgetxattr(source, name))
  }
  return found
}
