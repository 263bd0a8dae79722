// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs'
import { entryType } from '../../images/unpack/describe.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import type { PathPattern } from '../containerfile/path-pattern.ts'
import { bytePath } from '../lib/bytes.ts'
import { TsbuildError } from '../lib/errors.ts'
import { type Folders, openFolders } from './folders.ts'
import type { CopyOrigin, IgnoreMatcher } from './origin.ts'
import type { Item } from './selection.ts'

interface Search {
  readonly origin: CopyOrigin
  readonly sys: Syscalls
  /** The directory of the store, and its path. */
  readonly store: BigIntStats | undefined
  readonly storeRoot: string
  /** Sees paths below the source. */
  readonly exclude: IgnoreMatcher | undefined
  /** Counts the sockets that were left out. */
  sockets: number
}

/**
 * All below a directory that is not ignored: the files of each directory sorted by name, then what
 * is in its directories. How deep that can go is limited by the kernel's limit of a path.
 *
 * @param topFd the directory, open
 * @param options.path of it in the origin: that is what ignore rules see
 * @param options.include names what counts below the top; directories on the way to that as well
 */
export function walkTree(
  search: Search,
  topFd: number,
  { path, include }: { readonly path: string; readonly include?: PathPattern | undefined },
): Item[] {
  const folders = openFolders(topFd, search.sys)
  const items: Item[] = []
  try {
    walk({ search, folders, include, above: path === '' ? '' : `${path}/`, items }, '')
    return items
  } finally {
    folders.close()
  }
}

/**
 * It would be copied into itself.
 *
 * @throws TsbuildError PATH_INVALID if the directory is the store
 */
export function refuseStore({ store, storeRoot }: Search, { dev, ino }: BigIntStats): void {
  if (store === undefined || store.ino !== ino || store.dev !== dev) return
  throw new TsbuildError('PATH_INVALID', `cannot copy this: the store ${storeRoot} is in it`, {
    hint: 'name the directories in it that you need, or put the store elsewhere (--root)',
  })
}

interface Walk {
  readonly search: Search
  readonly folders: Folders
  /** What precedes a path below the top in the origin: empty, or ends in a slash. */
  readonly above: string
  readonly include: PathPattern | undefined
  readonly items: Item[]
}

interface Below {
  readonly path: string
  readonly kept: boolean
  /** Of a directory that is no more than the way to something. */
  readonly stats: BigIntStats | undefined
}

function walk(tree: Walk, folder: string): void {
  const { search, items, above, include } = tree
  const below: Below[] = []
  const ignore = search.origin.kind === 'context' ? search.origin.ignore : undefined
  const { exclude } = search
  for (const [name, stats] of children(tree, folder)) {
    const path = folder === '' ? name : `${folder}/${name}`
    const type = entryType(stats)
    const [ignored, excluded] = [ignore?.ignores(above + path), exclude?.ignores(path)]
    const wanted = include?.matches(path) !== false
    const kept = !ignored && !excluded && wanted
    if (type === undefined) search.sockets += kept ? 1 : 0
    else if (kept) items.push({ path, type, stats })
    if (type !== 'directory') continue
    if (ignored && ignore?.mayContain(above + path) !== true) continue
    if (excluded && exclude?.mayContain(path) !== true) continue
    if (!wanted && include?.mayMatchBelow(path) !== true) continue
    refuseStore(search, stats)
    below.push({ path, kept, stats: ignored || excluded ? undefined : stats })
  }
  for (const { path, kept, stats } of below) {
    if (kept) walk(tree, path)
    else walkThrough(tree, path, stats)
  }
}

/** The directory is made after all when something in it is kept. */
function walkThrough(tree: Walk, folder: string, stats: BigIntStats | undefined): void {
  const inside: Item[] = []
  walk({ ...tree, items: inside }, folder)
  if (inside.length === 0) return
  tree.items.push({ path: folder, type: 'directory', stats })
  for (const item of inside) tree.items.push(item)
}

function children({ folders }: Walk, folder: string): (readonly [string, BigIntStats])[] {
  const base = folders.at(folder)
  const names = readdirSync(bytePath(base), { encoding: 'latin1' }).sort()
  return names.map((name) => [name, lstatSync(bytePath(`${base}/${name}`), { bigint: true })])
}
