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

/**
 * Extents of same ids, cut where an extent of the map that they lie in ends: the kernel takes no
 * line across such a border.
 *
 * @returns undefined if an id does not exist in `map`
 */
export function withinIds(
  extents: readonly IdMapping[],
  map: readonly IdMap[],
): IdMapping[] | undefined {
  const cut = extents.flatMap((one) => cutAt(one, map))
  const sizeOf = (list: readonly IdMapping[]) => list.reduce((sum, { size }) => sum + size, 0)
  return sizeOf(cut) === sizeOf(extents) ? cut : undefined
}

const cutAt = ({ containerID, size }: IdMapping, map: readonly IdMap[]): IdMapping[] =>
  map.flatMap(({ containerId, size: room }) => {
    const first = Math.max(containerID, containerId)
    const end = Math.min(containerID + size, containerId + room)
    return end > first ? [{ containerID: first, hostID: first, size: end - first }] : []
  })

/** The ids that exist in a container: those of its own user namespace, or the caller's. */
export function containerRights<R extends IdRights>(rights: R, idMaps: IdMappings | undefined): R {
  if (idMaps === undefined) return rights
  const asMap = ({ containerID, hostID, size }: IdMapping): IdMap => ({
    containerId: containerID,
    hostId: hostID,
    size,
  })
  return { ...rights, uidMap: idMaps.uid.map(asMap), gidMap: idMaps.gid.map(asMap) }
}

/** Whether a container has other numbers for some ids than the files on disk. */
export const changesIds = (maps: IdMappings): boolean =>
  [...maps.uid, ...maps.gid].some(({ containerID, hostID }) => containerID !== hostID)
