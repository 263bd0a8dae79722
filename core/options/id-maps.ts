// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { IdMapping } from '../spec/schema.ts'
import type { ContainerOptions } from './container-options.ts'

/** What the --userns-… options ask for; one kind of id as the other where only that is said. */
export interface IdMapChoice {
  readonly uid: IdMapSource
  readonly gid: IdMapSource
}

/** Extents, or those that /etc/subuid or /etc/subgid gives somebody, from 0 on. */
export type IdMapSource =
  | { readonly extents: readonly IdMapping[] }
  | { readonly file: SubordinateFile; readonly name: string }

export type SubordinateFile = '/etc/subuid' | '/etc/subgid'

/** @throws TsbuildError USAGE for an extent that is none, or overlaps with another */
export function idMapChoice(options: ContainerOptions): IdMapChoice | undefined {
  const uid =
    listed('userns-uid-map', options.usernsUidMap) ?? given('/etc/subuid', options.usernsUidMapUser)
  const gid =
    listed('userns-gid-map', options.usernsGidMap) ??
    given('/etc/subgid', options.usernsGidMapGroup)
  if (uid === undefined && gid === undefined) return undefined
  return { uid: uid ?? otherKind(gid, '/etc/subuid'), gid: gid ?? otherKind(uid, '/etc/subgid') }
}

const given = (file: SubordinateFile, name: string | undefined): IdMapSource | undefined =>
  name === undefined || name === '' ? undefined : { file, name }

/** As buildah has it: what is said of one kind of id alone goes for both. */
function otherKind(source: IdMapSource | undefined, file: SubordinateFile): IdMapSource {
  if (source === undefined) throw new TypeError('neither kind of id is mapped')
  return 'name' in source ? { file, name: source.name } : source
}

function listed(option: string, values: readonly string[] | undefined): IdMapSource | undefined {
  const extents = extentsOf(option, values)
  return extents === undefined ? undefined : { extents }
}

function extentsOf(option: string, values: readonly string[] = []): IdMapping[] | undefined {
  const words = values.flatMap((value) => value.split(',')).filter((word) => word !== '')
  if (words.length === 0) return undefined
  const extents = words.map((word) => extent(option, word))
  for (const side of ['containerID', 'hostID'] as const) {
    const sorted = [...extents].sort((one, other) => one[side] - other[side])
    sorted.forEach((one, index) => {
      const next = sorted[index + 1]
      if (next !== undefined && one[side] + one.size > next[side]) throw overlap(option, next[side])
    })
  }
  if (extents.length > EXTENTS_MAX) throw tooMany(option)
  return extents
}

/** user_namespaces(7): as many lines as the kernel takes. */
const EXTENTS_MAX = 340
const ID_MAX = 2 ** 32 - 1

function extent(option: string, word: string): IdMapping {
  const [, container, host, size] = /^(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(word) ?? []
  const one = { containerID: Number(container), hostID: Number(host), size: Number(size) }
  // 2^32 - 1 stands for "no id", user_namespaces(7); NaN fails every comparison.
  const fits = (first: number) => first + one.size <= ID_MAX
  if (one.size > 0 && fits(one.containerID) && fits(one.hostID)) return one
  throw new TsbuildError('USAGE', `option "--${option}": ${JSON.stringify(word)} maps no ids`, {
    hint: 'give CONTAINER:HOST:SIZE, like 0:100000:65536; ids end at 4294967294',
  })
}

const overlap = (option: string, id: number) =>
  new TsbuildError('USAGE', `option "--${option}" maps the id ${id} twice`, {
    hint: 'give extents that do not overlap, on either side',
  })

const tooMany = (option: string) =>
  new TsbuildError('USAGE', `option "--${option}" has more than ${EXTENTS_MAX} extents`, {
    hint: 'join those that adjoin',
  })
