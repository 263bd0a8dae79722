// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync } from 'node:fs'
import { splitPath } from '../../images/unpack/names.ts'
import { bytePath } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { globTest, isPattern } from './glob.ts'
import { inDirectory } from './links.ts'
import type { Root } from './selection.ts'

/**
 * The paths below the root that a pattern stands for, sorted. A path without a pattern in it is
 * itself, whether it is there or not.
 *
 * @param pattern a byte string, clean: no `.`, `..` or empty parts
 * @returns undefined for a pattern that makes no sense
 */
export function expandPattern(root: Root, pattern: string): string[] | undefined {
  let paths = ['']
  const parts = pattern.split('/')
  for (const part of parts) {
    const test = isPattern(part) ? globTest(part) : part
    if (test === undefined) return undefined
    paths = paths.flatMap((path) => {
      const below = path === '' ? '' : `${path}/`
      const names = typeof test === 'string' ? [test] : namesIn(root, path).filter(test)
      return names.map((name) => `${below}${name}`)
    })
  }
  return parts.some(isPattern) ? paths.filter((path) => isThere(root, path)) : paths
}

function isThere(root: Root, path: string): boolean {
  const [parent, name] = splitPath(path)
  try {
    inDirectory(root, parent, (directory) => lstatSync(bytePath(`${directory}/${name}`)))
    return true
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) throw error
    return false
  }
}

function namesIn(root: Root, path: string): string[] {
  try {
    return inDirectory(root, path, (directory) =>
      readdirSync(bytePath(directory), { encoding: 'latin1' }).sort(),
    )
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) throw error
    return []
  }
}
