// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
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
  for (const part of pattern.split('/')) {
    const test = isPattern(part) ? globTest(part) : part
    if (test === undefined) return undefined
    paths = paths.flatMap((path) => {
      const below = path === '' ? '' : `${path}/`
      const names = typeof test === 'string' ? [test] : namesIn(root, path).filter(test)
      return names.map((name) => `${below}${name}`)
    })
  }
  return paths
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
