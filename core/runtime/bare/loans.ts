// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import { openDirectories } from '../../../images/unpack/directories.ts'
import { O_PATH, type Syscalls, syscalls } from '../../../native-shim/syscalls.ts'
import { bytePath, toBytes } from '../../lib/bytes.ts'
import { hasCode } from '../../lib/errno.ts'
import { writeFileAtomic } from '../../lib/files.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { STORE_VERSION } from '../../store/layout.ts'
import { journalPath, keptPath, type LoanEntry, type LoanJournal } from './journal.ts'

/**
 * What a container gets for one run where nothing can be mounted: it lies among its own files
 * meanwhile, and what was there before is kept aside. A journal beside the files, written first,
 * lets whoever uses them next put all of that right again.
 */
export interface Loan {
  /** Absolute, in the container. */
  readonly destination: string
  /** Makes it, or says why it cannot be made, which is no failure. */
  make(place: LoanPlace): Refusal | undefined
  /** Whether what is there already will do. */
  isThere?(path: string): boolean
}

/** An errno's name: EPERM without CAP_MKNOD, EACCES where the file system takes no devices. */
export type Refusal = 'EPERM' | 'EACCES'

export interface LoanPlace {
  readonly sys: Syscalls
  readonly dirFd: number
  readonly name: string
  /** The same as a path, a byte string. */
  readonly path: string
}

/**
 * Puts them into the files of a snapshot that only we use.
 *
 * @param snapshot its directory
 * @returns those that could not be made
 */
export function lend(
  snapshot: string,
  loans: readonly Loan[],
): { readonly destination: string; readonly refusal: Refusal }[] {
  return inRoot(snapshot, (files) => {
    const wanted = loans.filter((loan) => !isThere(files, loan))
    const entries = [
      ...missingDirectories(files, wanted),
      ...wanted.map((one) => entry(files, one)),
    ]
    const journal: LoanJournal = { version: STORE_VERSION, entries }
    mkdirSync(keptPath(snapshot), { recursive: true, mode: 0o700 })
    writeFileAtomic(journalPath(snapshot), `${JSON.stringify(journal)}\n`)
    for (const [index, one] of entries.entries()) prepare(files, snapshot, { ...one, index })
    return wanted.flatMap(({ destination, make }) => {
      const refusal = make(files.place(below(destination)))
      return refusal === undefined ? [] : [{ destination, refusal }]
    })
  })
}

/** Takes them back. What programs did to them ends with that. */
export function takeBackAll(snapshot: string, entries: readonly LoanEntry[]): void {
  inRoot(snapshot, (files) => {
    for (const [index, one] of [...entries.entries()].reverse())
      takeBack(files, snapshot, { ...one, index })
  })
  rmSync(journalPath(snapshot))
  removeTree(toBytes(keptPath(snapshot)))
}

interface Files {
  readonly sys: Syscalls
  /** Where a path below the root is; links on the way lead inside the root. ENOENT. */
  place(path: string): LoanPlace
}

function inRoot<Result>(snapshot: string, action: (files: Files) => Result): Result {
  const sys = syscalls()
  const rootFd = openSync(`${snapshot}/fs`, O_PATH | constants.O_DIRECTORY)
  const directories = openDirectories(rootFd, sys)
  try {
    return action({
      sys,
      place(path) {
        directories.forget() // what was opened may be elsewhere by now
        const slash = path.lastIndexOf('/')
        const name = path.slice(slash + 1)
        const dirFd = directories.open(path.slice(0, Math.max(slash, 0)), 'fail')
        return { sys, dirFd, name, path: `/proc/self/fd/${dirFd}/${name}` }
      },
    })
  } finally {
    directories.forget()
    closeSync(rootFd)
  }
}

const below = (destination: string): string => toBytes(destination.replace(/^\/+/, ''))

function find(files: Files, path: string): LoanPlace | undefined {
  try {
    const place = files.place(path)
    lstatSync(bytePath(place.path))
    return place
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function isThere(files: Files, { destination, isThere: willDo }: Loan): boolean {
  const place = find(files, below(destination))
  return place !== undefined && willDo?.(place.path) === true
}

function missingDirectories(files: Files, loans: readonly Loan[]): LoanEntry[] {
  const parents = loans.flatMap(({ destination }) => {
    const names = below(destination).split('/')
    return names.slice(0, -1).map((_, index) => names.slice(0, index + 1).join('/'))
  })
  return [...new Set(parents)]
    .filter((path) => find(files, path) === undefined)
    .map((path) => ({ path, kind: 'made' }))
}

const entry = (files: Files, { destination }: Loan): LoanEntry => ({
  path: below(destination),
  kind: find(files, below(destination)) === undefined ? 'absent' : 'moved',
})

interface NumberedEntry extends LoanEntry {
  /** Its name where it is kept. */
  readonly index: number
}

function prepare(files: Files, snapshot: string, { path, kind, index }: NumberedEntry): void {
  const place = kind === 'absent' ? undefined : files.place(path)
  if (place === undefined) return
  if (kind === 'moved') renameSync(bytePath(place.path), `${keptPath(snapshot)}/${index}`)
  else {
    mkdirSync(bytePath(place.path))
    chmodSync(bytePath(place.path), 0o755)
  }
}

/** Each step may have been done by a command that was killed before, or never begun. */
function takeBack(files: Files, snapshot: string, { path, kind, index }: NumberedEntry): void {
  const kept = `${keptPath(snapshot)}/${index}`
  const isKept = lstatSync(kept, { throwIfNoEntry: false }) !== undefined
  if (kind === 'moved' && !isKept) return
  const place = tryPlace(files, path)
  if (place === undefined) return // a program removed the directory, and all in it
  if (kind === 'made') removeIfEmpty(place.path)
  else removeTree(place.path)
  if (isKept) renameSync(kept, bytePath(place.path))
}

function tryPlace(files: Files, path: string): LoanPlace | undefined {
  try {
    return files.place(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined
    throw error
  }
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(bytePath(path))
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ENOTEMPTY')) throw error
  }
}
