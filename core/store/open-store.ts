// SPDX-License-Identifier: Apache-2.0
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { writeFileAtomic } from '../lib/files.ts'
import { isPrivateDirectory, readonlyStore, storeExists } from './check-store.ts'
import { folders, STORE_VERSION, versionPath } from './layout.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants

/**
 * Makes the store on first use, and the directory for run state; both 0700 whatever the umask.
 *
 * @throws TsbuildError STORE_UNSAFE if one of them is not ours, open to others, or full of other
 *   things; STORE_NEWER
 */
export function openStore({ paths }: Pick<Context, 'paths'>): void {
  closeIfNew(paths.root)
  makePrivateDirectory(paths.root, 'the store')
  makePrivateDirectory(paths.runroot, 'the place for run state')
  refuseReadonly(paths.root)
  if (!storeExists(paths.root)) {
    refuseOtherContent(paths.root)
    writeFileAtomic(versionPath(paths.root), `${STORE_VERSION}\n`)
  }
  for (const folder of Object.values(folders)) {
    mkdirSync(`${paths.root}/${folder}`, { recursive: true, mode: 0o700 })
  }
}

function makePrivateDirectory(path: string, what: string): void {
  if (isPrivateDirectory(path, what)) return
  try {
    makeClosed(path)
  } catch (cause) {
    if (hasCode(cause, 'EEXIST') && isPrivateDirectory(path, what)) return
    if (!hasCode(cause, 'EACCES', 'EEXIST', 'ENOTDIR', 'EPERM', 'EROFS')) throw cause
    const option = what === 'the store' ? '--root' : '--runroot'
    throw new TsbuildError('STORE_UNSAFE', `cannot make ${path} as ${what}`, {
      cause,
      hint: `choose another directory (${option})`,
    })
  }
}

/** A new volume of a container is empty, ours and open to all. By descriptor: it may be a link. */
function closeIfNew(path: string): void {
  let fd: number
  try {
    fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  } catch {
    return // whoever looks next says what is wrong
  }
  try {
    const { uid, mode } = fstatSync(fd)
    const isOpen = uid === process.geteuid?.() && (mode & 0o7777) !== 0o700
    if (isOpen && readdirSync(path).every((name) => name === 'lost+found')) fchmodSync(fd, 0o700)
  } finally {
    closeSync(fd)
  }
}

function refuseReadonly(root: string): void {
  try {
    accessSync(root, constants.W_OK)
  } catch (cause) {
    throw readonlyStore(root, cause)
  }
}

/** Missing parents are made closed as well, as the XDG specification wants those in a home. */
function makeClosed(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
    chmodSync(path, 0o700)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    makeParent(dirname(path))
    makeClosed(path)
  }
}

/** Somebody else may make it at the same time. */
function makeParent(path: string): void {
  try {
    makeClosed(path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

/** What a new file system holds, and what a start that was interrupted leaves. */
const HARMLESS = /^(?:lost\+found|version(?:\.[0-9]+\.tmp)?)$/

/** Somebody's home is 0700 as well, and no place to make and reclaim things in. */
function refuseOtherContent(root: string): void {
  const other = readdirSync(root).find((name) => !HARMLESS.test(name))
  if (other === undefined || storeExists(root)) return // or somebody made one meanwhile
  throw new TsbuildError('STORE_UNSAFE', `${root} is not a store, and not empty: it has ${other}`, {
    hint: 'choose an empty or a new directory (--root)',
  })
}
