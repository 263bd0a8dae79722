// SPDX-License-Identifier: Apache-2.0
import { chmodSync, fchmodSync, fchownSync, lchownSync, lstatSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import type { FileEntry } from '../tar/entry.ts'
import { INODE_RECORD_XATTR, inodeRecord } from './inode-record.ts'
import { kernelId, ownIds } from './own-ids.ts'
import type { OwnerSink } from './owner-table.ts'
import { KEPT_XATTR_PREFIX, keepsXattr, portableXattr } from './xattrs.ts'

/** What could not be stored, not even as a record of ours. Counts of files and of attributes. */
export interface Losses {
  owners: number
  xattrs: number
  sockets: number
}

export interface AttributeRules {
  readonly sys: Syscalls
  /** Whether files can belong to these ids, which are those of the container. */
  readonly holdsIds: (uid: number, gid: number) => boolean
  /** Where the files come from: it decides which of their extended attributes are kept. */
  readonly origin: 'own' | 'foreign'
  readonly losses: Losses
  /** Where owners of links and special files go that they cannot have; without it they are lost. */
  readonly owners?: OwnerSink | undefined
}

/** A file that was just made: its directory by descriptor, its name, and both as a path. */
export interface Place {
  readonly dirFd: number
  readonly name: string
  readonly path: string
}

/** 'stand-in': an empty file that is there for a device node, which a record describes. */
export type FileRole = 'itself' | 'stand-in'

/**
 * Gives an open file what its entry says: owner, mode, attributes, time, in the order in which
 * none takes another away (chown clears set-id bits and capabilities).
 */
export function applyToFile(
  fd: number,
  entry: FileEntry,
  rules: AttributeRules,
  role: FileRole = 'itself',
): void {
  const plan = planFor(entry, rules, role)
  if (plan.owned) fchownSync(fd, ...kernelIds(entry))
  fchmodSync(fd, plan.mode)
  storeXattrs(plan, rules, (name, value) => rules.sys.fsetxattr(fd, name, value))
  rules.sys.futimens(fd, entry.mtime)
}

/** The same for what cannot be opened for writing, or need not: by name, never through a link. */
export function applyToPlace(place: Place, entry: FileEntry, rules: AttributeRules): void {
  const planned = planFor(entry, rules, 'itself')
  const plan = hasRecord(place, entry, rules) ? { ...planned, record: inodeRecord(entry) } : planned
  if (plan.owned) lchownSync(bytePath(place.path), ...kernelIds(entry))
  if (entry.type !== 'symlink') chmodSync(bytePath(place.path), plan.mode)
  storeXattrs(plan, rules, (name, value) => rules.sys.lsetxattr(place.path, name, value))
  if (plan.unrecorded) keepOwner(place, entry, rules)
  rules.sys.utimensat(place.dirFd, place.name, entry.mtime)
}

function kernelIds({ uid, gid }: FileEntry): readonly [uid: number, gid: number] {
  const own = ownIds()
  return [kernelId(uid, own.uid), kernelId(gid, own.gid)]
}

/** A directory may have been there before, with a record that tells its owner of then. */
const hasRecord = ({ path }: Place, { type }: FileEntry, { sys }: AttributeRules): boolean =>
  type === 'directory' && sys.llistxattr(path).includes(INODE_RECORD_XATTR)

function keepOwner({ path }: Place, entry: FileEntry, { owners, losses }: AttributeRules): void {
  if (owners === undefined) losses.owners += 1
  else owners.add(lstatSync(bytePath(path), { bigint: true }), entry)
}

interface Plan {
  /** Whether the kernel can hold the owner; otherwise it stays ours. */
  readonly owned: boolean
  readonly mode: number
  readonly xattrs: readonly (readonly [name: string, value: Buffer])[]
  readonly record: Buffer | undefined
  /** Whether a record would be needed on a file that cannot have one. */
  readonly unrecorded: boolean
}

const SET_ID_BITS = 0o6000

function planFor(entry: FileEntry, rules: AttributeRules, role: FileRole): Plan {
  const owned = rules.holdsIds(entry.uid, entry.gid)
  const xattrs = [...entry.xattrs]
    .filter(([name]) => keepsXattr(name, rules.origin))
    .map(([name, value]) => [name, portableXattr(name, value)] as const)
  // Set-id bits on a file that belongs to somebody else than meant would lend out that one.
  const mode = owned ? entry.mode : entry.mode & ~SET_ID_BITS
  if (owned && role === 'itself')
    return { owned, mode, xattrs, record: undefined, unrecorded: false }
  const recordable = role === 'stand-in' || entry.type === 'file' || entry.type === 'directory'
  const record = recordable ? inodeRecord(entry) : undefined
  return { owned, mode, xattrs, record, unrecorded: !recordable }
}

function storeXattrs(
  { xattrs, record }: Plan,
  { losses }: AttributeRules,
  set: (name: string, value: Buffer) => void,
): void {
  for (const [name, value] of xattrs) {
    if (stored(() => set(name, value))) continue
    if (!stored(() => set(`${KEPT_XATTR_PREFIX}${name}`, value))) losses.xattrs += 1
  }
  if (record !== undefined && !stored(() => set(INODE_RECORD_XATTR, record))) losses.owners += 1
}

/** What attributes are refused with; ENOSPC and EDQUOT mean the inode as well as the disk. */
const REFUSALS = ['EPERM', 'ENOTSUP', 'EINVAL', 'ENOSPC', 'EDQUOT', 'E2BIG', 'ERANGE']

function stored(set: () => void): boolean {
  try {
    set()
    return true
  } catch (error) {
    if (!hasCode(error, ...REFUSALS)) throw error
    return false
  }
}
