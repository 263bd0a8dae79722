// SPDX-License-Identifier: Apache-2.0
import { closeSync, lstatSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import { removeTree } from '../../core/lib/remove-tree.ts'
import type { FileTime } from '../../native-shim/syscalls.ts'
import type { FileEntry } from '../tar/entry.ts'
import { invalidArchive, readable } from '../tar/invalid.ts'
import type { AttributeRules, Place } from './attributes.ts'
import { type Directories, openDirectories } from './directories.ts'
import { checkedPath, splitPath } from './names.ts'

/** The place where a tree of files is being made, and what is known about it meanwhile. */
export interface Tree {
  /** The directory inside the root that entries are relative to; empty for the root. */
  readonly base: string
  readonly directories: Directories
  readonly rules: AttributeRules
  /** Symlinks that were made here, by path below the root. */
  readonly madeLinks: Set<string>
  /** Directories that were missing and that no entry has described, by path below the root. */
  readonly implied: Set<string>
  /** What links are that lie on the way of an entry. */
  readonly links: 'follow' | 'refuse'
  readonly overLink: 'keep' | 'replace'
  /** Times that directories get at the end, by path below the root. */
  readonly times: Map<string, FileTime>
  /** Access lists that new files would inherit: directories get theirs at the end, by path. */
  readonly inherited: Map<string, FileEntry>
  /** Files that are being written. */
  readonly openFiles: Set<number>
}

export interface TreeTarget {
  readonly rootFd: number
  /** Below the root, without leading slash. */
  readonly base: string
  readonly rules: AttributeRules
  /**
   * 'follow', unless said otherwise: those that were there before lead where they lead inside the
   * root. 'refuse': none is a way, and a directory takes the place of one.
   */
  readonly links?: 'follow' | 'refuse'
  /**
   * What a directory does where a link to one was before: 'keep', unless said otherwise, uses that
   * one; 'replace' takes its place, as everyone unpacks archives.
   */
  readonly overLink?: 'keep' | 'replace'
}

export function openTree(target: TreeTarget): Tree {
  const { rootFd, base, rules, links = 'follow', overLink = 'keep' } = target
  const implied = new Set<string>()
  const options = { links, made: (path: string) => implied.add(path) }
  const directories = openDirectories(rootFd, rules.sys, options)
  const known = {
    implied,
    madeLinks: new Set<string>(),
    times: new Map(),
    inherited: new Map(),
    openFiles: new Set<number>(),
  }
  return { base, directories, rules, links, overLink, ...known }
}

export function closeTree(tree: Tree): void {
  for (const fd of tree.openFiles) closeSync(fd)
  tree.openFiles.clear()
  tree.directories.forget()
}

/** The path below the root of an entry's name, which is checked. */
export function fullPath(tree: Tree, name: string): string {
  return [tree.base, checkedPath(name)].filter((part) => part !== '').join('/')
}

/**
 * Where `path` is to be made, or is; directories on the way are made.
 *
 * @throws TsbuildError ARCHIVE_INVALID if a link of the same archive is on the way: no program
 *   packs a tree like that, it is how archives try to get out of their directory
 */
export function placeOf(tree: Tree, path: string, missing: 'make' | 'fail' = 'make'): Place {
  if (path === tree.base) return placeIn(tree.directories.open(path, missing), '.')
  const [parent, name] = splitPath(path)
  if (tree.links === 'refuse') return placeIn(tree.directories.open(parent, missing), name)
  for (let above = parent; above.length > tree.base.length; above = splitPath(above)[0]) {
    if (!tree.madeLinks.has(above)) continue
    throw invalidArchive(`${readable(path)} goes through ${readable(above)}, a link of the archive`)
  }
  return placeIn(tree.directories.open(parent, missing), name)
}

const placeIn = (dirFd: number, name: string): Place => ({
  dirFd,
  name,
  path: `/proc/self/fd/${dirFd}/${name}`,
})

/** Makes something that must be new; what has its name is removed first. */
export function makeNew<Made>(tree: Tree, path: string, make: (place: Place) => Made): Made {
  if (path === tree.base) throw invalidArchive('the root of the tree is not a directory')
  try {
    return make(placeOf(tree, path))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    clear(tree, path)
    return make(placeOf(tree, path))
  }
}

/** Removes `path` with all below it, and what was known about it. */
export function clear(tree: Tree, path: string): void {
  const place = placeOf(tree, path)
  const stats = lstatSync(bytePath(place.path))
  removeTree(place.path)
  if (!stats.isDirectory() && !stats.isSymbolicLink()) return
  tree.directories.forget()
  const gone = (known: string) => known === path || known.startsWith(`${path}/`)
  for (const known of tree.madeLinks) if (gone(known)) tree.madeLinks.delete(known)
  for (const known of tree.implied) if (gone(known)) tree.implied.delete(known)
  for (const known of tree.times.keys()) if (gone(known)) tree.times.delete(known)
  for (const known of tree.inherited.keys()) if (gone(known)) tree.inherited.delete(known)
}
