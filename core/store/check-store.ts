// SPDX-License-Identifier: Apache-2.0
import { lstatSync, type Stats } from 'node:fs'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { readTextIfThere } from '../lib/files.ts'
import { versionPath } from './layout.ts'
import { checkVersion, damaged } from './record.ts'

/**
 * Whether there is a store at `root`, which is safe to use: ours, closed to all others (files in
 * it can have set-id bits), and of a version we know. A link is not followed: somebody else could
 * lead it elsewhere meanwhile.
 *
 * @throws TsbuildError STORE_UNSAFE, STORE_NEWER, STORE_CORRUPT
 */
export function storeExists(root: string): boolean {
  if (!isPrivateDirectory(root, 'the store')) return false
  const version = readTextIfThere(versionPath(root))
  if (version === undefined) return false
  if (!/^[0-9]{1,9}\n$/.test(version)) throw damaged(versionPath(root), 'it is not a number')
  checkVersion(Number(version), versionPath(root))
  return true
}

/**
 * Whether `path` is a directory that only we can enter; false when nothing is there.
 *
 * @param what names it in messages
 * @throws TsbuildError STORE_UNSAFE
 */
export function isPrivateDirectory(path: string, what: string): boolean {
  const stats = statsOf(path, what)
  if (stats === undefined) return false
  const mode = stats.mode & 0o7777
  if (!stats.isDirectory()) throw unsafe(path, what, 'is not a directory')
  // Inside a user namespace we are 0, and so is the owner of our files.
  if (stats.uid !== process.geteuid?.()) throw unsafe(path, what, `belongs to uid ${stats.uid}`)
  if (mode === 0o700) return true
  const octal = mode.toString(8).padStart(4, '0')
  throw unsafe(path, what, `has mode ${octal}, it must be 0700`, `chmod 0700 ${path}`)
}

/** It is there, and nothing can be changed in it. */
export function readonlyStore(root: string, cause: unknown): TsbuildError {
  return new TsbuildError('STORE_UNSAFE', `cannot write to the store ${root}`, {
    cause,
    hint: 'mount it read-write, or choose another directory (--root)',
  })
}

function statsOf(path: string, what: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'ENOTDIR')) throw error
    const reason = error instanceof Error ? error.message : ''
    throw unsafe(path, what, `cannot be reached: ${reason}`)
  }
}

function unsafe(path: string, what: string, reason: string, remedy?: string): TsbuildError {
  const option = what === 'the store' ? '--root' : '--runroot'
  const first = remedy === undefined ? '' : `run "${remedy}" or `
  return new TsbuildError('STORE_UNSAFE', `cannot use ${path} as ${what}: it ${reason}`, {
    hint: `${first}choose another directory (${option})`,
  })
}
