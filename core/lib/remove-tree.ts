// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { bytePath } from './bytes.ts'

/** Well below PATH_MAX, so that a name of full length still fits behind it. */
const LONG_PATH = 3000

/**
 * Removes a file, or a directory with all that is in it; nothing there is fine too. Links are
 * removed, not followed.
 *
 * Trees deeper than a path can be long, as programs in a container can make them, are taken apart:
 * a directory whose path gets too long is moved up first.
 *
 * @param path a byte string
 */
export function removeTree(path: string): void {
  const stats = lstatSync(bytePath(path), { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isDirectory()) {
    unlinkSync(bytePath(path))
    return
  }
  let moves = 0
  const pending = [path]
  for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
    const deep = removeUntilDeep(next)
    if (deep === undefined) {
      rmdirSync(bytePath(next))
      pending.pop()
      continue
    }
    const target = unusedName(path, moves)
    renameSync(bytePath(deep), bytePath(target))
    moves += 1
    pending.push(target)
  }
}

/** Empties a directory; stops at the first one below with a long path, and returns that path. */
function removeUntilDeep(path: string): string | undefined {
  if (path.length > LONG_PATH) return path
  for (const entry of readdirSync(bytePath(path), { withFileTypes: true, encoding: 'latin1' })) {
    const child = `${path}/${entry.name}`
    if (!entry.isDirectory()) {
      unlinkSync(bytePath(child))
      continue
    }
    const deep = removeUntilDeep(child)
    if (deep !== undefined) return deep
    rmdirSync(bytePath(child))
  }
  return undefined
}

/** The tree may hold any name, on purpose as well. */
function unusedName(directory: string, start: number): string {
  for (let number = start; ; number++) {
    const name = `${directory}/deep-${number}`
    if (lstatSync(bytePath(name), { throwIfNoEntry: false }) === undefined) return name
  }
}
