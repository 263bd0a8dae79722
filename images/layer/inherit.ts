// SPDX-License-Identifier: Apache-2.0
import { constants, copyFileSync, lstatSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { type AttributeRules, applyToPlace } from '../unpack/attributes.ts'
import { copyAttributes } from '../unpack/copy-tree.ts'
import { describe, entryType } from '../unpack/describe.ts'
import { makeNew, placeOf, type Tree } from '../unpack/tree.ts'
import { putEntry } from '../unpack/tree-writer.ts'
import { type LowerFile, type LowerLayers, withLowerFile } from './lower.ts'

/**
 * Gives the directories that no entry of a layer describes the attributes they have in the layers
 * below, which would not show any more otherwise. A directory that is new gets the time 0, so
 * that a layer always makes the same tree.
 */
export function inheritAttributes(tree: Tree, lower: LowerLayers): void {
  const rules = ownRules(tree)
  const described = tree.times.has('')
  for (const path of described ? tree.implied : ['', ...tree.implied]) {
    const to = `/proc/self/fd/${tree.directories.open(path, 'fail')}/.`
    const inherited = withLowerFile(lower, path, ({ source, stats }) => {
      if (!stats.isDirectory()) return false
      copyAttributes(source, to, rules)
      return true
    })
    if (inherited !== true && path !== '') tree.times.set(path, { seconds: 0, nanoseconds: 0 })
  }
}

/**
 * Copies a file of the layers below to the same path, if there is none, as a write through the
 * overlay would. Directories are not copied.
 *
 * @returns whether it was
 */
export function copyUp(tree: Tree, path: string, lower: LowerLayers): boolean {
  const { path: existing } = placeOf(tree, path)
  if (lstatSync(bytePath(existing), { throwIfNoEntry: false }) !== undefined) return false
  return withLowerFile(lower, path, (file) => copyFile(tree, path, { ...file, ...lower })) ?? false
}

function copyFile(tree: Tree, path: string, file: LowerFile & LowerLayers): boolean {
  const { source, stats, owners } = file
  const type = entryType(stats)
  if (type === undefined || type === 'directory') return false
  const rules = ownRules(tree)
  const entry = describe({ source, type, stats }, path, {
    ownership: 'exact',
    sys: rules.sys,
    owners,
  })
  // An empty file can be a device that our record describes.
  if (entry.type !== 'file') putEntry({ ...tree, rules }, path, entry)
  else {
    makeNew(tree, path, (place) => {
      const exclusive = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE
      copyFileSync(bytePath(source), bytePath(place.path), exclusive)
      applyToPlace(place, entry, rules)
    })
  }
  return true
}

/** Lower layers are ours: records in them are kept. */
const ownRules = ({ rules }: Tree): AttributeRules => ({ ...rules, origin: 'own' })
