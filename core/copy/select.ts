// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, closeSync, constants, lstatSync, openSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { entryType } from '../../images/unpack/describe.ts'
import { splitPath } from '../../images/unpack/names.ts'
import { O_PATH, type Syscalls } from '../../native-shim/syscalls.ts'
import { compileInclude } from '../containerfile/ignore.ts'
import type { PathPattern } from '../containerfile/path-pattern.ts'
import { bytePath, toBytes } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { expandPattern } from './expand.ts'
import { followLast, inDirectory } from './links.ts'
import { type CopyOrigin, type IgnoreMatcher, originName } from './origin.ts'
import type { Item, Root, Selection, SourceMatch } from './selection.ts'
import { refuseStore, walkTree } from './walk.ts'

/**
 * Looks the sources of a copy up: patterns, links, types, and what the ignore file leaves out.
 * Nothing is read but directories.
 *
 * @param patterns paths as they were written; each of their parts may be a pattern
 * @throws TsbuildError PATH_INVALID if a source is not there, or nothing is left of it
 * @see globTest
 */
export function selectSources(
  origin: CopyOrigin,
  patterns: readonly string[],
  { sys, storeRoot, exclude, parents = false }: SearchOptions,
): Selection {
  const own = origin.kind === 'tree' ? undefined : openRoot(origin)
  const rootFd = origin.kind === 'tree' ? origin.rootFd : (own ?? -1)
  const close = () => {
    if (own !== undefined) closeSync(own)
  }
  const store = origin.kind === 'tree' ? undefined : statSync(storeRoot, { bigint: true })
  const search = { origin, rootFd, sys, store, storeRoot, exclude, sockets: 0 }
  try {
    const select = parents ? selectBelow : selectPattern
    const matches = patterns.flatMap((given) => select(search, given))
    return { origin, rootFd, sys, matches, sockets: search.sockets, close }
  } catch (error) {
    close()
    throw error
  }
}

export interface SearchOptions {
  readonly sys: Syscalls
  /** The directory of the store: it would be copied into itself. */
  readonly storeRoot: string
  /** Sees paths below a source, and the names of files. */
  readonly exclude?: IgnoreMatcher | undefined
  /** Whether sources are copied with the directories they are in: COPY --parents. */
  readonly parents?: boolean
}

interface Search extends Root {
  readonly origin: CopyOrigin
  readonly store: BigIntStats | undefined
  readonly storeRoot: string
  readonly exclude: IgnoreMatcher | undefined
  sockets: number
}

function openRoot(origin: Exclude<CopyOrigin, { kind: 'tree' }>): number {
  const root = origin.kind === 'host' ? '/' : origin.root
  try {
    return openSync(root, O_PATH | constants.O_DIRECTORY)
  } catch (cause) {
    const message = `cannot open ${originName(origin)}`
    throw new TsbuildError('PATH_INVALID', message, { cause, hint: 'name a directory' })
  }
}

function selectPattern(search: Search, given: string): SourceMatch[] {
  refuseUrl(given)
  const { origin } = search
  const start = origin.kind === 'host' ? origin.directory : '/'
  const pattern = posix.resolve('/', start, origin.kind === 'host' ? given : `./${given}`)
  const paths = expandPattern(search, toBytes(pattern.slice(1)))
  if (paths === undefined) throw notThere(search, given, 'the pattern is not closed')
  if (paths.length === 0) throw nothingLeft(search, given, 0)
  const matches = paths.map((path) => selectPath(search, given, path))
  const kept = matches.filter((match) => match !== undefined)
  if (kept.length === 0) throw nothingLeft(search, given, matches.length)
  return kept
}

/**
 * The source with the directories it lies in, up to `/./` where that stands in the pattern, which
 * is one of ignore files: `**` reaches below directories.
 *
 * @see Dockerfile reference, "COPY --parents"
 */
function selectBelow(search: Search, given: string): SourceMatch[] {
  refuseUrl(given)
  const pivot = given.indexOf('/./')
  const [top, rest] = pivot < 0 ? ['', given] : [given.slice(0, pivot), given.slice(pivot + 3)]
  const include = compileInclude(posix.resolve('/', rest).slice(1) || '**')
  if (include === undefined) throw notThere(search, given, 'the pattern is not closed')
  const { origin } = search
  const start = origin.kind === 'host' && !given.startsWith('/') ? origin.directory : '/'
  const base = posix.resolve('/', start, origin.kind === 'host' ? top : `./${top}`)
  const paths = expandPattern(search, toBytes(base.slice(1))) ?? []
  const matches = paths.map((path) => ({
    ...{ given, path, name: '', kind: 'directory' as const },
    items: itemsBelow(search, { given, path, include }),
  }))
  const kept = matches.filter(({ items }) => items.length > 0)
  if (kept.length === 0) throw nothingLeft(search, given, 0)
  return kept
}

function itemsBelow(
  search: Search,
  { given, path, include }: { given: string; path: string; include: PathPattern },
): Item[] {
  try {
    return inDirectory(search, path, (_, fd) => walkTree(search, fd, { path, include }))
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause) || cause instanceof TsbuildError) throw cause
    throw notThere(search, given, 'there is no such directory', cause)
  }
}

function refuseUrl(given: string): void {
  if (!/^(?:https?|ftp|git):\/\//i.test(given)) return
  throw new TsbuildError('PATH_INVALID', `cannot copy ${given}: a source cannot be a URL`, {
    hint: 'download it, and name the file; "run" can download into a container',
  })
}

/** @returns undefined when the ignore file leaves all of it out */
function selectPath(search: Search, given: string, path: string): SourceMatch | undefined {
  try {
    const found = followLast(search, path)
    const [parent, name] = splitPath(found)
    const stats = inDirectory(search, parent, (directory) =>
      lstatSync(bytePath(`${directory}/${name}`), { bigint: true }),
    )
    return selectFound(search, { given, asked: path, path: found, stats })
  } catch (cause) {
    if (cause instanceof TsbuildError || !(cause instanceof Error && 'code' in cause)) throw cause
    if (!hasCode(cause, 'ENOENT', 'ENOTDIR')) throw unreadable(given, cause)
    throw notThere(search, given, 'there is no such file', cause)
  }
}

interface Found {
  readonly given: string
  /** What ignore rules and the name are about. */
  readonly asked: string
  readonly path: string
  readonly stats: BigIntStats
}

function selectFound(search: Search, found: Found): SourceMatch | undefined {
  const { given, asked, path, stats } = found
  const [, name] = splitPath(asked)
  const type = entryType(stats)
  const ignored = isIgnored(search, asked)
  if (type === 'directory') {
    refuseStore(search, stats)
    const items = inDirectory(search, path, (_, fd) => walkTree(search, fd, { path: asked }))
    if (ignored && items.length === 0) return undefined
    return { given, path, name, kind: 'directory', items }
  }
  if (ignored || search.exclude?.ignores(name)) return undefined
  if (type === undefined) throw notThere(search, given, 'a socket cannot be copied')
  return { given, path, name, kind: 'file', items: [{ path: '', type, stats }] }
}

const isIgnored = ({ origin }: Search, path: string): boolean =>
  path !== '' && origin.kind === 'context' && origin.ignore?.ignores(path) === true

const unreadable = (given: string, cause: Error) =>
  new TsbuildError('PATH_INVALID', `cannot copy ${JSON.stringify(given)}`, {
    cause,
    hint: 'name files and directories that you can read',
  })

/** `..` that ends at the root is worth a word: it is what people try, and it cannot work. */
function notThere(
  { origin }: Search,
  given: string,
  problem: string,
  cause?: unknown,
): TsbuildError {
  const escapes = origin.kind === 'context' && posix.normalize(given).startsWith('..')
  const hint = escapes
    ? 'a path cannot leave the context: use a context that holds the file'
    : `check the path; it is looked for in ${originName(origin)}`
  const where = origin.kind === 'host' ? '' : ` in ${originName(origin)}`
  const message = `cannot copy ${JSON.stringify(given)}: ${problem}${where}`
  return new TsbuildError('PATH_INVALID', message, { cause, hint })
}

function nothingLeft({ origin }: Search, given: string, filtered: number): TsbuildError {
  const file = origin.kind === 'context' ? origin.ignoreFile : undefined
  const ignored = filtered > 0 ? ` (${filtered} filtered out using ${file ?? '--exclude'})` : ''
  const message = `cannot copy: no items matching ${JSON.stringify(given)}${ignored}`
  const hint =
    filtered > 0
      ? `change ${file ?? 'what --exclude says'}`
      : `it is looked for in ${originName(origin)}`
  return new TsbuildError('PATH_INVALID', message, { hint })
}
