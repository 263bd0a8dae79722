// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import { TsbuildError } from '../../core/lib/errors.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import { readable } from '../tar/invalid.ts'
import type { Directories } from '../unpack/directories.ts'

/** What one sees looking at the stack from above, the root first. Paths are byte strings. */
export type MergedItem =
  | MergedFile
  /** A name of the layers below is gone. */
  | { readonly kind: 'whiteout'; readonly path: string }
  /** Nothing of the layers below is seen in this directory; it follows the directory itself. */
  | { readonly kind: 'opaque'; readonly path: string }

export interface MergedFile {
  readonly kind: 'file'
  /** Below the root, which is '.' itself. */
  readonly path: string
  /** Where it can be looked at and opened, until the next item is asked for. */
  readonly place: string
  readonly stats: BigIntStats
  /** The tree it is from: the index in the stack. */
  readonly tree: number
}

export interface Stack {
  /** The directories of each tree, in the form that overlay gives an upper one; lowest first. */
  readonly trees: readonly Directories[]
  /** Whether there are layers below all of them. */
  readonly hasParent: boolean
  readonly sys: Syscalls
}

/**
 * The files of a stack of directories, merged as overlay merges them, and the marks that say the
 * same to readers of one layer.
 *
 * In order of path, component by component and bytewise: a directory, all that is in it, then the
 * next. (Compared as one text `a-b` would come between `a` and `a/b`; tar sets a directory's time
 * when it leaves it.) A whiteout stands where its file would.
 *
 * @see Linux, overlayfs.rst, "whiteouts and opaque directories"
 */
export function* walkMerged(stack: Stack): Generator<MergedItem> {
  const all = stack.trees.map((_, index) => index).reverse()
  const root = look(stack, { tree: all[0] ?? 0, path: '.' })
  yield root
  const open = [yield* enter(stack, root, { holders: all, detached: !stack.hasParent })]
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    const name = frame.names[frame.next++]
    if (name === undefined) {
      open.pop()
      continue
    }
    const holders = frame.holdersOf.get(name) ?? frame.trees
    const path = frame.path === '.' ? name : `${frame.path}/${name}`
    const found = look(stack, { tree: holders[0] ?? 0, path })
    if (isWhiteout(found.stats)) {
      if (!frame.detached) yield { kind: 'whiteout', path }
      continue
    }
    yield found
    if (!found.stats.isDirectory()) continue
    open.push(yield* enter(stack, found, { holders, detached: frame.detached }))
  }
}

/** A directory on the way. */
interface Frame {
  readonly path: string
  /** The trees that have a part of it, topmost first. */
  readonly trees: readonly number[]
  /** Whether nothing of the layers below is seen in it, so that there is nothing to hide. */
  readonly detached: boolean
  readonly names: readonly string[]
  /** Which of the trees have a name, topmost first; those without an entry are in all. */
  readonly holdersOf: ReadonlyMap<string, readonly number[]>
  next: number
}

interface Entrance {
  /** The trees that have its name, topmost first. */
  readonly holders: readonly number[]
  /** Whether that is so for the directory around it. */
  readonly detached: boolean
}

function* enter(
  stack: Stack,
  { path }: MergedFile,
  { holders, detached }: Entrance,
): Generator<MergedItem, Frame> {
  const { trees, closed } = parts(stack, path, { holders, detached })
  if (closed && !detached) yield { kind: 'opaque', path }
  const inner = { path, trees, detached: detached || closed, next: 0 }
  const [only] = trees
  if (only !== undefined && trees.length === 1) {
    return { ...inner, names: namesIn(stack, only, path).sort(), holdersOf: NOBODY }
  }
  const holdersOf = new Map<string, number[]>()
  for (const tree of trees) {
    for (const name of namesIn(stack, tree, path)) {
      const known = holdersOf.get(name)
      if (known === undefined) holdersOf.set(name, [tree])
      else known.push(tree)
    }
  }
  return { ...inner, names: [...holdersOf.keys()].sort(), holdersOf }
}

const NOBODY: ReadonlyMap<string, readonly number[]> = new Map()

/**
 * The trees whose directories of this name are seen together, and whether the last of them hides
 * what is below: it is opaque, or in the place of another file or of a removed one.
 */
function parts(stack: Stack, path: string, { holders, detached }: Entrance) {
  const trees: number[] = []
  for (const tree of holders) {
    const found = look(stack, { tree, path })
    if (!found.stats.isDirectory()) return { trees, closed: true }
    trees.push(tree)
    if (path === '.') continue // where overlay takes no notice of the mark
    const lowest = tree === holders.at(-1)
    const matters = !(lowest && detached)
    if (matters && isOpaque(stack.sys, found)) return { trees, closed: true }
  }
  return { trees, closed: false }
}

function look(stack: Stack, { tree, path }: { tree: number; path: string }): MergedFile {
  const slash = path.lastIndexOf('/')
  const directory = openDirectory(stack, tree, path.slice(0, Math.max(slash, 0)))
  const place = `${directory}/${path.slice(slash + 1)}`
  return { kind: 'file', path, place, stats: lstatSync(bytePath(place), { bigint: true }), tree }
}

function namesIn(stack: Stack, tree: number, path: string): string[] {
  const directory = openDirectory(stack, tree, path === '.' ? '' : path)
  return readdirSync(bytePath(directory), { encoding: 'latin1' })
}

function openDirectory({ trees }: Stack, tree: number, path: string): string {
  try {
    const fd = trees[tree]?.open(path, 'fail')
    if (fd === undefined) throw new RangeError(`a stack of ${trees.length} has no tree ${tree}`)
    return `/proc/self/fd/${fd}`
  } catch (error) {
    if (!hasCode(error, 'ENAMETOOLONG')) throw error
    throw new TsbuildError('PATH_INVALID', `cannot pack ${readable(path)}`, {
      cause: new Error('a path can have 4095 bytes, also where a layer is unpacked'),
      hint: 'remove the directories that are so deep, in the container',
    })
  }
}

/** The character device 0:0, which no driver has. */
const isWhiteout = (stats: BigIntStats): boolean => stats.isCharacterDevice() && stats.rdev === 0n

/** In user namespaces overlay uses the one, for the host's root the other. */
const OPAQUE_XATTRS = ['user.overlay.opaque', 'trusted.overlay.opaque']

function isOpaque(sys: Syscalls, { place }: MergedFile): boolean {
  const marks = sys.llistxattr(place).filter((name) => OPAQUE_XATTRS.includes(name))
  return marks.some((name) => sys.lgetxattr(place, name).toString('latin1') === 'y')
}
