// SPDX-License-Identifier: Apache-2.0
import type { BigIntStats } from 'node:fs'
import type { EntryType, FileEntry } from '../../images/tar/entry.ts'
import { describe } from '../../images/unpack/describe.ts'
import { keepsXattr, portableXattr } from '../../images/unpack/xattrs.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import type { ModeChange } from './mode-change.ts'
import type { CopyOrigin } from './origin.ts'
import type { Item } from './selection.ts'

/** Ids of the container. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** What the user wants otherwise than it is at the source. */
export interface AttributeChanges {
  readonly chown?: Owner | undefined
  /** Not for symlinks. */
  readonly chmod?: ModeChange | undefined
}

/** An item as it will be: the parts that cost no system call. */
export interface Access extends Owner {
  readonly mode: number
}

const SET_ID_BITS = 0o6000
const NEW_DIRECTORY = 0o755

/** Mode and owner that an item of the host or of a context gets. */
export function accessOf(
  { stats, type }: Item,
  origin: CopyOrigin,
  { chown, chmod }: AttributeChanges,
): Access {
  const found = stats === undefined ? NEW_DIRECTORY : Number(stats.mode) & 0o7777
  const kept = origin.kind === 'context' ? found & ~SET_ID_BITS : found
  const { uid, gid } = chown ?? { uid: 0, gid: 0 }
  return { uid, gid, mode: type === 'symlink' ? 0o777 : changed(kept, type, chmod) }
}

const changed = (mode: number, type: EntryType, chmod: ModeChange | undefined): number =>
  chmod === undefined ? mode : chmod(mode, type === 'directory' ? 'directory' : 'other')

/**
 * An entry that makes a file like the item, with all that is read from it but its content.
 *
 * @param source a path through a descriptor
 */
export function entryOf(
  item: Item & { readonly stats: BigIntStats },
  source: string,
  how: { readonly origin: CopyOrigin; readonly changes: AttributeChanges; readonly sys: Syscalls },
): FileEntry {
  const { origin, changes, sys } = how
  const ownership = origin.kind === 'tree' ? 'exact' : 'as-root'
  const owners = origin.kind === 'tree' ? origin.owners : undefined
  const entry = describe({ source, ...item }, item.path, { ownership, sys, owners })
  const xattrs = keptXattrs(entry)
  if (origin.kind !== 'tree') return { ...entry, xattrs, ...accessOf(item, origin, changes) }
  const { type } = entry
  const mode = type === 'symlink' ? entry.mode : changed(entry.mode, type, changes.chmod)
  return { ...entry, xattrs, mode, ...changes.chown }
}

/** Sorted by name. */
function keptXattrs({ xattrs }: FileEntry): ReadonlyMap<string, Buffer> {
  if (xattrs.size === 0) return xattrs
  const kept = [...xattrs].filter(([name]) => keepsXattr(name, 'foreign')).sort(byName)
  return new Map(kept.map(([name, value]) => [name, portableXattr(name, value)]))
}

const byName = ([a]: readonly [string, Buffer], [b]: readonly [string, Buffer]) => (a < b ? -1 : 1)
