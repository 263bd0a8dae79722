// SPDX-License-Identifier: Apache-2.0
import { constants, copyFileSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import type { Body } from '../tar/body.ts'
import type { FileEntry } from '../tar/entry.ts'
import { applyToPlace } from './attributes.ts'
import { createFile } from './create-file.ts'
import { makeLink } from './hard-link.ts'
import { makeNode } from './node.ts'
import {
  clear,
  closeTree,
  fullPath,
  makeNew,
  openTree,
  placeOf,
  type Tree,
  type TreeTarget,
} from './tree.ts'
import { createWholeFiles } from './whole-file.ts'

/**
 * Makes files in a root file system. A later entry of a name replaces an earlier one, and what
 * was there before. Everything goes through descriptors of directories that were looked up inside
 * the root, so nothing outside is touched, whatever the entries say.
 */
export interface TreeWriter {
  /** @returns what takes the content of a file, and nothing for the other types */
  put(entry: FileEntry): Body
  /** A file with this content. */
  putWhole(entry: FileEntry, content: Buffer): void
  /** A file with the content of `source`, which it shares where the file system can do that. */
  putCopy(entry: FileEntry, source: string): void
  /** Sets the times of the directories: each entry below has changed them. */
  finish(): void
  /** Closes what is open; a file that is not complete stays as it is. */
  close(): void
}

/** @throws TsbuildError ARCHIVE_INVALID, from `put`, if a name points outside */
export function createTreeWriter(target: TreeTarget): TreeWriter {
  const tree = openTree(target)
  const wholeFiles = createWholeFiles(tree)
  return {
    put: (entry) => {
      wholeFiles.forget()
      return putEntry(tree, fullPath(tree, entry.path), entry)
    },
    putWhole: (entry, content) => {
      wholeFiles.write(fullPath(tree, entry.path), entry, content)
    },
    putCopy(entry, source) {
      const exclusive = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE
      makeNew(tree, fullPath(tree, entry.path), (place) => {
        copyFileSync(bytePath(source), bytePath(place.path), exclusive)
        applyToPlace(place, entry, tree.rules)
      })
    },
    finish: () => finishDirectories(tree),
    close: () => closeTree(tree),
  }
}

/** What directories get when all is in them. */
export function finishDirectories(tree: Tree): void {
  const { times, inherited, directories, rules } = tree
  for (const [path, entry] of inherited) applyToPlace(placeOf(tree, path, 'fail'), entry, rules)
  for (const [path, time] of times) {
    rules.sys.utimensat(directories.open(path, 'fail'), '.', time)
  }
}

export const noContent: Body = { write: () => {}, end: () => {} }

/** Makes the file of an entry at `path` below the root, in the place of what is there. */
export function putEntry(tree: Tree, path: string, entry: FileEntry): Body {
  switch (entry.type) {
    case 'file':
      return createFile(tree, path, entry)
    case 'directory':
      makeDirectory(tree, path, entry)
      return noContent
    case 'symlink':
      makeSymlink(tree, path, entry)
      return noContent
    case 'link':
      makeLink(tree, path, entry)
      return noContent
    case 'char':
    case 'block':
    case 'fifo':
      makeNode(tree, path, entry, entry.type)
      return noContent
  }
}

function makeSymlink(tree: Tree, path: string, entry: FileEntry): void {
  makeNew(tree, path, (place) => {
    symlinkSync(bytePath(entry.linkTarget), bytePath(place.path))
    applyToPlace(place, entry, tree.rules)
  })
  tree.madeLinks.add(path)
}

/**
 * A directory stays what it is where there is one. So does a link to one that was there before,
 * unless it is to be replaced.
 */
function makeDirectory(tree: Tree, path: string, entry: FileEntry): void {
  if (path !== tree.base) {
    const found = made(tree, path) ? 'directory' : occupant(tree, path)
    if (found === 'link to a directory') return
    if (found === 'other') {
      clear(tree, path)
      made(tree, path)
    }
  }
  const xattrs = new Map(entry.xattrs)
  const defaultAcl = xattrs.get(DEFAULT_ACL)
  xattrs.delete(DEFAULT_ACL)
  applyToPlace(placeOf(tree, path), { ...entry, xattrs }, tree.rules)
  if (defaultAcl === undefined) tree.inherited.delete(path)
  else tree.inherited.set(path, { ...entry, xattrs: new Map([[DEFAULT_ACL, defaultAcl]]) })
  tree.times.set(path, entry.mtime)
  tree.implied.delete(path)
}

const DEFAULT_ACL = 'system.posix_acl_default'

function made(tree: Tree, path: string): boolean {
  try {
    mkdirSync(bytePath(placeOf(tree, path).path))
    return true
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    return false
  }
}

function occupant(tree: Tree, path: string): 'directory' | 'link to a directory' | 'other' {
  const stats = lstatSync(bytePath(placeOf(tree, path).path))
  if (stats.isDirectory()) return 'directory'
  if (!stats.isSymbolicLink() || tree.overLink === 'replace') return 'other'
  if (tree.links === 'refuse') return 'other'
  if (tree.madeLinks.has(path)) return 'other'
  try {
    tree.directories.open(path, 'fail')
    return 'link to a directory'
  } catch {
    return 'other'
  }
}
