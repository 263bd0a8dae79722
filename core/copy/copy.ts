// SPDX-License-Identifier: Apache-2.0
import type { BigIntStats } from 'node:fs'
import type { FileEntry } from '../../images/tar/entry.ts'
import type { AttributeRules } from '../../images/unpack/attributes.ts'
import { splitPath } from '../../images/unpack/names.ts'
import { createTreeWriter, type TreeWriter } from '../../images/unpack/tree-writer.ts'
import { type Archives, findArchives, unpackSource } from './archives.ts'
import { type AttributeChanges, entryOf } from './attributes.ts'
import {
  findDestination,
  makeDirectories,
  type NewDirectories,
  now,
  type Place,
} from './destination.ts'
import { explained } from './explained.ts'
import { isUnchanged, readAt, withSource } from './read-source.ts'
import type { Item, Selection, SourceMatch } from './selection.ts'
import { visitItems } from './visit.ts'

export interface CopyTarget extends Place, AttributeChanges {
  /** A descriptor of the root of the container. */
  readonly rootFd: number
  readonly rules: AttributeRules
  /** Whether the content of local archives is meant and not the archives. */
  readonly unpackArchives: boolean
}

export interface CopyOutcome {
  /**
   * A source that was changed between its selection and now, undefined if none was: the digest of
   * the selection says nothing about what was copied then.
   */
  readonly changed: string | undefined
}

/**
 * Copies a selection into the root of a container. Links on the way to the destination lead where
 * they lead inside of the root; times, extended attributes and hard links within a source are
 * kept; new directories on the way belong to `chown`, or root.
 *
 * @throws TsbuildError PATH_INVALID, ARCHIVE_INVALID; what was copied until then is left
 */
export async function copySelection(
  selection: Selection,
  target: CopyTarget,
): Promise<CopyOutcome> {
  const archives: Archives = target.unpackArchives ? await findArchives(selection) : new Map()
  const { matches, sockets } = selection
  const several = matches.length > 1 || matches.some((match) => isMany(match, archives))
  const directories = { ...target, owner: target.chown ?? ROOT, now: now(), sys: target.rules.sys }
  const copy: Copy = { selection, target, directories, archives, outcome: { changed: undefined } }
  target.rules.losses.sockets += sockets
  const { kind, path } = explained(target.destination, () =>
    findDestination(directories, target, several),
  )
  const [parent, name] = kind === 'directory' ? [path, undefined] : splitPath(path)
  const base = explained(target.destination, () => makeDirectories(directories, parent))
  for (const match of matches) {
    const packing = archives.get(match)
    if (packing === undefined) copyMatch(copy, match, { base, name: name ?? match.name })
    else await unpackSource({ selection, match, packing, target, base })
  }
  return copy.outcome
}

interface Copy {
  readonly selection: Selection
  readonly target: CopyTarget
  readonly directories: NewDirectories
  readonly archives: Archives
  readonly outcome: { changed: string | undefined }
}

const ROOT = { uid: 0, gid: 0 }

const isMany = (match: SourceMatch, archives: Archives): boolean =>
  match.kind === 'directory' || archives.has(match)

/** @param to where files go, and what a file is called there */
function copyMatch(
  copy: Copy,
  match: SourceMatch,
  to: { readonly base: string; readonly name: string },
): void {
  const { selection, target } = copy
  const writer = createTreeWriter({ rootFd: target.rootFd, rules: target.rules, base: to.base })
  const source: MatchCopy = {
    ...copy,
    ...to,
    writer,
    match,
    firstNames: new Map(),
    scratch: Buffer.allocUnsafeSlow(WHOLE_BYTES),
  }
  try {
    explained(match.given, () => {
      visitItems(selection, match, (item, pathOf) => copyItem(source, item, pathOf))
      writer.finish()
    })
  } finally {
    writer.close()
  }
}

interface MatchCopy extends Copy {
  readonly match: SourceMatch
  readonly base: string
  readonly name: string
  readonly writer: TreeWriter
  /** Where a file with several names was copied to first, by device and inode. */
  readonly firstNames: Map<string, string>
  readonly scratch: Buffer
}

/** Up to this size the content of a file takes one read and one write. */
const WHOLE_BYTES = 1024 * 1024

function copyItem(copy: MatchCopy, item: Item, pathOf: () => string): void {
  const { writer, selection, target, name, base } = copy
  const { stats } = item
  const path = item.path === '' ? name : item.path
  if (stats === undefined) {
    makeDirectories(copy.directories, base === '' ? path : `${base}/${path}`)
    return
  }
  const source = pathOf()
  const first = item.type === 'directory' ? undefined : firstName(copy, stats, path)
  const how = { origin: selection.origin, changes: target, sys: selection.sys }
  const entry = { ...entryOf({ ...item, stats }, source, how), path }
  if (first !== undefined) writer.put({ ...entry, type: 'link', linkTarget: first })
  else if (entry.type === 'file') copyFile(copy, entry, { source, stats })
  else writer.put(entry)
}

function firstName(
  { firstNames }: MatchCopy,
  { dev, ino, nlink }: BigIntStats,
  path: string,
): string | undefined {
  if (nlink === 1n) return undefined
  const key = `${dev}:${ino}`
  const first = firstNames.get(key)
  if (first === undefined) firstNames.set(key, path)
  return first
}

function copyFile(
  { writer, scratch, outcome, match }: MatchCopy,
  entry: FileEntry,
  { source, stats }: { readonly source: string; readonly stats: BigIntStats },
): void {
  withSource(source, (fd) => {
    if (stats.size <= WHOLE_BYTES) {
      const length = readAt(fd, scratch.subarray(0, Number(stats.size)), 0)
      writer.putWhole(entry, scratch.subarray(0, length))
    } else {
      writer.putCopy(entry, `/proc/self/fd/${fd}`)
    }
    if (!isUnchanged(fd, stats)) outcome.changed ??= match.given
  })
}
