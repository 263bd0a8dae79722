// SPDX-License-Identifier: Apache-2.0
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

export const maxExclusions = 10

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
  const fields = Object.entries(ours).map(([field, value]) => ({ field, value: lines(value) }))
  const others = new Map(Object.entries(theirs).map(([field, value]) => [field, lines(value)]))
  return fields
    .filter(({ field, value }) => value !== others.get(field))
    .map(({ field, value }) => ({
      path: `config ${field}`,
      field: undefined,
      text: `${value}, theirs ${others.get(field)}`,
    }))
}

const lines = (value: string | readonly string[]): string =>
  typeof value === 'string' ? value : value.map((line) => `\n    ${line}`).join('')

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
