// SPDX-License-Identifier: Apache-2.0
import type { EntryType, FileEntry } from '../tar/entry.ts'
import { OWN_XATTR_PREFIX } from './xattrs.ts'

/**
 * Holds what the kernel does not let us store: an owner without an id in our user namespace, a
 * device node. User attributes exist on files and directories only, so a device is an empty file
 * that carries one, and for links and special files there is a table (`owner-table.ts`).
 */
export const INODE_RECORD_XATTR = `${OWN_XATTR_PREFIX}inode`

/** What a file is to be in an image, where the kernel says something else. */
export type InodeRecord = Pick<FileEntry, 'type' | 'uid' | 'gid' | 'mode' | 'device'>

/**
 * The value of the attribute: uid, gid, mode in octal with setuid, setgid and sticky, type, and
 * for a device major and minor number, all joined by colons: `0:5:0620:char:136:0`.
 */
export function inodeRecord({ type, uid, gid, mode, device }: InodeRecord): Buffer {
  const octal = mode.toString(8).padStart(4, '0')
  const numbers = type === 'char' || type === 'block' ? [device.major, device.minor] : []
  return Buffer.from([uid, gid, octal, type, ...numbers].join(':'))
}

/**
 * The record in the value of the attribute.
 *
 * @returns undefined for anything that `inodeRecord` does not write: programs in a container can
 *   write the attribute too
 */
export function parseInodeRecord(value: string): InodeRecord | undefined {
  const match = PATTERN.exec(value)
  if (match === null) return undefined
  const [, uid, gid, octal = '', name = '', device, major = 0, minor = 0] = match
  const type = types.get(name)
  if (type === undefined || (device !== undefined) !== (type === 'char' || type === 'block')) {
    return undefined
  }
  const mode = Number.parseInt(octal, 8)
  const numbers = { major: Number(major), minor: Number(minor) }
  const record = { type, uid: Number(uid), gid: Number(gid), mode, device: numbers }
  return possible(record) ? record : undefined
}

const PATTERN = /^([0-9]{1,10}):([0-9]{1,10}):([0-7]{4}):([a-z]+)(:([0-9]{1,4}):([0-9]{1,7}))?$/

const types: ReadonlyMap<string, EntryType> = new Map(
  (['file', 'directory', 'symlink', 'char', 'block', 'fifo'] as const).map((type) => [type, type]),
)

const MAX_ID = 2 ** 32 - 2

const possible = ({ uid, gid, device }: InodeRecord): boolean =>
  uid <= MAX_ID && gid <= MAX_ID && device.major <= 0xfff && device.minor <= 0xfffff

/**
 * Who in a container can have written records: with a single id every process is root; elsewhere
 * a process of any user may, where it can write the file.
 */
export type RecordWriters = 'root' | 'anyone'

/**
 * The entry of a file with this record. What was changed since the record was made counts, as
 * far as it can be seen: an owner other than root, who all belongs to that cannot be given away,
 * and a mode other than the record's without the set-id bits, which are never on such a file. A
 * record for another type of file was copied along with its attributes, and means nothing.
 *
 * @param entry what the kernel says
 */
export function withRecord(
  entry: FileEntry,
  record: InodeRecord,
  { sizeBytes, writers }: { readonly sizeBytes: bigint; readonly writers: RecordWriters },
): FileEntry {
  const isDevice = record.type === 'char' || record.type === 'block'
  const standsIn = isDevice && entry.type === 'file' && sizeBytes === 0n
  if (record.type !== entry.type && !standsIn) return entry
  const given = entry.uid !== 0 || entry.gid !== 0
  // Otherwise whoever may write to a file of root's could make it run with root's rights.
  const mayBeForged = writers === 'anyone' && (entry.mode & WRITABLE_BY_OTHERS) !== 0
  const unchanged = entry.mode === (record.mode & ~SET_ID_BITS)
  const { type, device } = record
  return {
    ...entry,
    type,
    device,
    uid: given ? entry.uid : record.uid,
    gid: given ? entry.gid : record.gid,
    mode: unchanged && !mayBeForged ? record.mode : entry.mode,
  }
}

const SET_ID_BITS = 0o6000
const WRITABLE_BY_OTHERS = 0o022
