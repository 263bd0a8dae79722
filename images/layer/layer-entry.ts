// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { TsbuildError } from '../../core/lib/errors.ts'
import type { FileTime, Syscalls } from '../../native-shim/syscalls.ts'
import type { FileEntry } from '../tar/entry.ts'
import { readable } from '../tar/invalid.ts'
import { describe, entryType, type Manner } from '../unpack/describe.ts'
import type { RecordWriters } from '../unpack/inode-record.ts'
import type { OwnerTable } from '../unpack/owner-table.ts'
import { entersLayer, portableXattr } from '../unpack/xattrs.ts'
import type { MergedFile, MergedItem } from './merge.ts'
import type { SizedEntry } from './tar-header.ts'

/** 'all': every mtime becomes this one, in seconds since 1970; 'clamp': every later one does. */
export interface MtimeRule {
  readonly kind: 'all' | 'clamp'
  readonly seconds: number
}

/** Describes the items of a walk, in order; it remembers the names of hard links. */
export interface Describer {
  /**
   * @returns undefined for what a layer has no entry for
   * @throws TsbuildError PATH_INVALID if the name of a file says "removed" to readers of layers
   */
  describe(item: MergedItem): SizedEntry | undefined
}

export interface DescriberOptions {
  readonly sys: Syscalls
  readonly mtime?: MtimeRule | undefined
  readonly parent?: { readonly fs: string } | undefined
  readonly recordWriters?: RecordWriters | undefined
}

export function createDescriber(
  { sys, mtime, parent, recordWriters }: DescriberOptions,
  owners: OwnerTable,
): Describer {
  const exact = { ownership: 'exact', keepsXattr: entersLayer } as const
  const manner = { ...exact, sys, owners, recordWriters }
  const firstNames = new Map<string, string>()
  const timed = (entry: SizedEntry) => ({ ...entry, mtime: timeFor(entry.mtime, mtime) })
  return {
    describe(item) {
      if (item.kind !== 'file') return timed({ ...MARK, path: markName(item) })
      const entry = fileEntry(item, manner)
      if (entry === undefined) return undefined
      if (item.path === '.' && sameRoot(entry, rootBelow(parent, manner))) return undefined
      const first = firstName(firstNames, item)
      return timed(first === undefined ? entry : { ...entry, ...linkTo(first) })
    },
  }
}

const NO_XATTRS: ReadonlyMap<string, Buffer> = new Map()

/** Whiteouts and opaque marks are files without content, owner and time. */
const MARK = {
  type: 'file',
  mode: 0,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
  linkTarget: '',
  device: { major: 0, minor: 0 },
  xattrs: NO_XATTRS,
  sizeBytes: 0,
} as const

const linkTo = (linkTarget: string) =>
  ({ type: 'link', linkTarget, xattrs: NO_XATTRS, sizeBytes: 0 }) as const

/** @see OCI image-spec, layer.md, "Whiteouts" */
const WHITEOUT_PREFIX = '.wh.'
const OPAQUE_NAME = '.wh..wh..opq'

function markName({ kind, path }: Exclude<MergedItem, MergedFile>): string {
  const slash = path.lastIndexOf('/') + 1
  if (kind === 'whiteout') return path.slice(0, slash) + WHITEOUT_PREFIX + path.slice(slash)
  return path === '.' ? OPAQUE_NAME : `${path}/${OPAQUE_NAME}`
}

function fileEntry({ path, place, stats }: MergedFile, manner: Manner): SizedEntry | undefined {
  const type = entryType(stats)
  if (type === undefined) return undefined
  if (path.startsWith(WHITEOUT_PREFIX, path.lastIndexOf('/') + 1)) throw reservedName(path)
  const entry = describe({ source: place, type, stats }, path, manner)
  const xattrs = [...entry.xattrs].map(
    ([name, value]) => [name, portableXattr(name, value)] as const,
  )
  return {
    ...entry,
    xattrs: xattrs.length === 0 ? NO_XATTRS : new Map(xattrs),
    sizeBytes: entry.type === 'file' ? Number(stats.size) : 0,
  }
}

function reservedName(path: string): TsbuildError {
  return new TsbuildError('PATH_INVALID', `cannot pack ${readable(path)}`, {
    cause: new Error(`in a layer, a name that begins with "${WHITEOUT_PREFIX}" removes a file`),
    hint: 'remove the file or give it another name, in the container',
  })
}

type RootAttributes = Pick<FileEntry, 'mode' | 'uid' | 'gid' | 'xattrs'>

function rootBelow(parent: { readonly fs: string } | undefined, manner: Manner): RootAttributes {
  if (parent === undefined) return { mode: 0o755, uid: 0, gid: 0, xattrs: NO_XATTRS }
  const stats = lstatSync(bytePath(parent.fs), { bigint: true })
  return describe({ source: parent.fs, type: 'directory', stats }, '.', manner)
}

function sameRoot(root: RootAttributes, below: RootAttributes): boolean {
  const sameXattrs =
    root.xattrs.size === below.xattrs.size &&
    [...root.xattrs].every(([name, value]) => below.xattrs.get(name)?.equals(value))
  return root.mode === below.mode && root.uid === below.uid && root.gid === below.gid && sameXattrs
}

/** What a file with several names was called first; undefined if this is the first name. */
function firstName(known: Map<string, string>, item: MergedFile): string | undefined {
  const { stats, path, tree } = item
  if (stats.nlink === 1n || stats.isDirectory()) return undefined
  const key = `${tree}:${stats.ino}`
  const first = known.get(key)
  if (first === undefined) known.set(key, path)
  return first
}

function timeFor(own: FileTime, rule: MtimeRule | undefined): FileTime {
  if (rule === undefined) return own
  return rule.kind === 'all' || own.seconds >= rule.seconds
    ? { seconds: rule.seconds, nanoseconds: 0 }
    : own
}
