// SPDX-License-Identifier: Apache-2.0
import { invalidArchive, readable } from '../tar/invalid.ts'

/**
 * The path of an entry below the place it is unpacked to, without empty and `.` parts; empty text
 * for that place itself.
 *
 * Names that point outside are refused, not cut: an archive that has them was made by mistake or
 * on purpose, and neither should go unnoticed.
 *
 * @throws TsbuildError ARCHIVE_INVALID for an empty or absolute name and for one with a `..` part
 */
export function checkedPath(name: string): string {
  if (name === '') throw invalidArchive('an entry has no name')
  if (name.startsWith('/')) {
    const hint = 'pack it with names relative to its root'
    throw invalidArchive(`the name ${readable(name)} is absolute`, { hint })
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw invalidArchive(`the name ${readable(name)} points upwards`)
  return parts.join('/')
}

/** Where the last part of a path starts: `['a/b', 'c']` for `a/b/c`, `['', 'c']` for `c`. */
export function splitPath(path: string): [parent: string, name: string] {
  const slash = path.lastIndexOf('/')
  return [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)]
}
