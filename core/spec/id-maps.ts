// SPDX-License-Identifier: Apache-2.0
import type { IdMap, Rights } from '../context.ts'
import type { IdMapping } from './schema.ts'

/** What of the caller's rights decides about ids. */
export type IdRights = Pick<Rights, 'rung' | 'uidMap' | 'gidMap' | 'hostUid'>

/** Maps of a container's user namespace, in the words of the runtime spec. */
export interface IdMappings {
  readonly uid: readonly IdMapping[]
  readonly gid: readonly IdMapping[]
}

/**
 * Maps of a user namespace nested in ours in which every id keeps its number.
 *
 * One entry per extent of our own map: the kernel refuses a line that crosses the border between
 * two extents of the parent, even where they adjoin (user_namespaces(7), "Defining user and group
 * ID mappings").
 */
export function sameIds({ uidMap, gidMap }: Pick<IdRights, 'uidMap' | 'gidMap'>): IdMappings {
  return { uid: uidMap.map(sameNumbers), gid: gidMap.map(sameNumbers) }
}

const sameNumbers = ({ containerId, size }: IdMap): IdMapping => ({
  containerID: containerId,
  hostID: containerId,
  size,
})

/**
 * Whether a process of the namespace that `map` belongs to can have this id. An empty map stands
 * for no user namespace, where it can have any.
 */
export function isMapped(id: number, map: readonly IdMap[]): boolean {
  if (map.length === 0) return true
  return map.some(({ containerId, size }) => id >= containerId && id - containerId < size)
}
