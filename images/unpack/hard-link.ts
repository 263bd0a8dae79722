// SPDX-License-Identifier: Apache-2.0
import { linkSync, lstatSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import type { FileEntry } from '../tar/entry.ts'
import { invalidArchive, readable } from '../tar/invalid.ts'
import type { Place } from './attributes.ts'
import { fullPath, makeNew, placeOf, type Tree } from './tree.ts'

/**
 * A further name for a file of the tree. Its attributes are those of the file; what the entry says
 * of its own is not used.
 */
export function makeLink(tree: Tree, path: string, entry: FileEntry): void {
  const target = fullPath(tree, entry.linkTarget)
  try {
    makeNew(tree, path, () => link(tree, target, path))
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EPERM')) throw error
    const names = `${readable(entry.path)} is a hard link to ${readable(entry.linkTarget)}`
    throw invalidArchive(`${names}, which is no file of the tree`, { cause: error })
  }
}

function link(tree: Tree, target: string, path: string): void {
  placeOf(tree, path)
  const from = placeOf(tree, target, 'fail')
  // Again, and quick: both descriptors are among the two opened last, so both hold.
  const to = placeOf(tree, path)
  if (!sameFile(from, to)) linkSync(bytePath(from.path), bytePath(to.path))
}

function sameFile(left: Place, right: Place): boolean {
  const [a, b] = [left, right].map(({ path }) =>
    lstatSync(bytePath(path), { bigint: true, throwIfNoEntry: false }),
  )
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}
