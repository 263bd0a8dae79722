// SPDX-License-Identifier: Apache-2.0
import type { Op } from '../../native-shim/ops.ts'
import type { Mount, RuntimeSpec } from '../spec/schema.ts'
import { parseMountOptions } from './mount-options.ts'

/** What a spec does not say of its mounts. */
export interface VolumeFacts {
  /** Paths of the host that are given to the user of the container, with all below them. */
  readonly owned: readonly string[]
  /**
   * Where is written down which mount points were made: for what is mounted in every run of this
   * container, and for the destinations of this one.
   */
  readonly made: { readonly always: string; readonly here: string }
}

/** What every run mounts, or what lies in a tmpfs. */
export const everyRun =
  /^\/(proc|sys|dev(\/.*)?|etc\/(hosts|hostname|resolv\.conf)|run\/\.containerenv)$/

/** The mounts of a spec, in its order. */
export function mountOps(
  { mounts = [], process }: Pick<RuntimeSpec, 'mounts' | 'process'>,
  { owned, made }: VolumeFacts,
): Op[] {
  const { uid = 0, gid = 0 } = process?.user ?? {}
  const ops: Op[] = [
    ...owned.map((source): Op => ['own-tree', source, uid, gid]),
    ...mounts.flatMap((mount): Op[] => [
      ['mount-points', everyRun.test(mount.destination) ? made.always : made.here],
      mountOp(mount),
    ]),
    ['mount-points', made.always], // devices follow
  ]
  return ops.filter(isNews)
}

/** The word for where holds until the next one. */
function isNews(op: Op, index: number, all: readonly Op[]): boolean {
  if (op[0] !== 'mount-points') return true
  return all.slice(0, index).findLast(([name]) => name === op[0])?.[1] !== op[1]
}

function mountOp(mount: Mount): Op {
  const { destination, type = '', source = '', options = [] } = mount
  if (type === 'overlay') return overlayOp(mount)
  if (type === 'tmpfs' && options.includes('tmpcopyup')) return copyOp(mount)
  const parsed = parseMountOptions(options)
  if (!parsed.isBind)
    return ['mount', destination, type, source || type, parsed.attributes, parsed.data]
  return [
    'bind',
    source,
    destination,
    parsed.isRecursive ? 1 : 0,
    parsed.attributes,
    parsed.propagation,
    parsed.allAttributes,
    parsed.allPropagation,
  ]
}

function overlayOp({ destination, options = [] }: Mount): Op {
  const path = (name: string) => {
    const word = options.find((one) => one.startsWith(`${name}=`)) ?? ''
    return word.slice(name.length + 1).replaceAll(/\\(.)/gs, '$1')
  }
  const folders = [path('lowerdir'), path('upperdir'), path('workdir')] as const
  const rest = options.filter((word) => !/^(lower|upper|work)dir=/.test(word))
  const { attributes, data } = parseMountOptions(rest)
  return ['overlay', destination, ...folders, attributes, data]
}

function copyOp({ destination, source = 'tmpfs', options = [] }: Mount): Op {
  const { attributes, data } = parseMountOptions(options.filter((word) => word !== 'tmpcopyup'))
  const hasMode = options.some((word) => word.startsWith('mode='))
  return ['tmpfs-copy', destination, source, attributes, data, hasMode ? 0 : 1]
}
