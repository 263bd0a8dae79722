// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import type { ComparableConfig } from './image-config.ts'
import type { ImageTree, TreeEntry } from './image-tree.ts'
import type { Image } from './oci-layout.ts'

/** What is not compared, and why. */
export interface Exclusion {
  /** Paths without a slash at the ends, `''` for the root directory; `config FIELD` for a field. */
  readonly path: RegExp
  /** Only this; the whole entry if not given. */
  readonly field?: keyof TreeEntry
  readonly reason: string
}

export interface Pair {
  readonly ours: Image
  readonly theirs: Image
}

export interface CompareOptions {
  /** When the builds began: times before it were copied and must agree, later ones were made. */
  readonly builtSince: Date
  readonly exclusions: readonly Exclusion[]
}

export interface Comparison {
  /** Sentences for a person; none: the images are the same. */
  readonly differences: readonly string[]
  /** The exclusions that hid something, with how many differences each. */
  readonly hidden: ReadonlyMap<Exclusion, number>
}

interface Difference {
  readonly path: string
  /** Undefined: the whole entry is missing on one side. */
  readonly field: keyof TreeEntry | undefined
  readonly text: string
}

const maxExclusions = 10

/** Fails with all differences, and prints what is not compared. */
export function assertSame(pair: Pair, options: CompareOptions, what = 'images'): void {
  const { differences, hidden } = compareImages(pair, options)
  for (const [{ path, field = 'all', reason }, count] of hidden) {
    console.log(`not compared: ${path} (${field}, ${count}): ${reason}`)
  }
  assert.equal(differences.length, 0, `${what} differ:\n${differences.join('\n')}`)
}

/** Compares all of two images: trees and configs. @throws RangeError with too many exclusions */
export function compareImages(pair: Pair, { builtSince, exclusions }: CompareOptions): Comparison {
  if (exclusions.length > maxExclusions) throw new RangeError('too many exclusions')
  const since = Math.floor(builtSince.getTime() / 1000)
  const found = [
    ...configDifferences(pair.ours.config, pair.theirs.config),
    ...treeDifferences(pair.ours.tree, pair.theirs.tree, since),
  ]
  const hidden = new Map<Exclusion, number>()
  const differences = found.filter((difference) => {
    const exclusion = exclusions.find((one) => covers(one, difference))
    if (exclusion !== undefined) hidden.set(exclusion, (hidden.get(exclusion) ?? 0) + 1)
    return exclusion === undefined
  })
  return { differences: differences.map(({ path, text }) => `${shown(path)}: ${text}`), hidden }
}

const covers = (exclusion: Exclusion, { path, field }: Difference): boolean =>
  exclusion.path.test(path) && (exclusion.field === undefined || exclusion.field === field)

function configDifferences(ours: ComparableConfig, theirs: ComparableConfig): Difference[] {
  return configFields.flatMap((field) => {
    const [mine, other] = [lines(ours[field]), lines(theirs[field])]
    const path = `config ${field}`
    const length = Math.max(mine.length, other.length)
    const text = Array.from({ length }, (_, index) => [mine[index] ?? '∅', other[index] ?? '∅'])
      .filter(([left, right]) => left !== right)
      .map(([left, right]) => `${left}, theirs ${right}`)
      .join('\n    ')
    return text === '' ? [] : [{ path, field: undefined, text }]
  })
}

const configFields = [
  ...(['architecture', 'os', 'author', 'user', 'workingDir', 'stopSignal', 'env', 'cmd'] as const),
  ...(['entrypoint', 'labels', 'exposedPorts', 'volumes', 'history'] as const),
]

const lines = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value

function treeDifferences(ours: ImageTree, theirs: ImageTree, since: number): Difference[] {
  const paths = [...new Set([...ours.keys(), ...theirs.keys()])].sort()
  return paths.flatMap((path) => {
    const [mine, other] = [ours.get(path), theirs.get(path)]
    if (mine === undefined && other !== undefined) {
      return [{ path, field: undefined, text: `missing; theirs is a ${brief(other)}` }]
    }
    if (mine !== undefined && other === undefined) {
      return [{ path, field: undefined, text: `a ${brief(mine)} that theirs has not` }]
    }
    return mine === undefined || other === undefined
      ? []
      : entryDifferences(path, { mine, other, since })
  })
}

interface Entries {
  readonly mine: TreeEntry
  readonly other: TreeEntry
  readonly since: number
}

function entryDifferences(path: string, { mine, other, since }: Entries): Difference[] {
  const [left, right] = [comparable(mine, since), comparable(other, since)]
  return fields
    .filter((field) => left[field] !== right[field])
    .map((field) => ({ path, field, text: `${field} ${left[field]}, theirs ${right[field]}` }))
}

const fields = ['type', 'mode', 'uid', 'gid', 'mtimeSeconds', 'xattrs', 'content', 'links'] as const

const comparable = (entry: TreeEntry, since: number): Record<keyof TreeEntry, string> => ({
  type: entry.type,
  // chmod does not reach a symlink, and its mode means nothing: symlink(7).
  mode: entry.type === 'symlink' ? '' : entry.mode.toString(8).padStart(4, '0'),
  uid: String(entry.uid),
  gid: String(entry.gid),
  mtimeSeconds: entry.mtimeSeconds >= since ? 'made by the build' : String(entry.mtimeSeconds),
  xattrs: JSON.stringify(entry.xattrs),
  content: entry.content,
  links: entry.links.join(' = '),
})

const brief = ({ type, mode, uid, gid }: TreeEntry): string =>
  `${type} ${mode.toString(8).padStart(4, '0')} ${uid}:${gid}`

const shown = (path: string): string =>
  path.startsWith('config ') ? path : `/${Buffer.from(path, 'latin1')}`
