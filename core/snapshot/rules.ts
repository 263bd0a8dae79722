// SPDX-License-Identifier: Apache-2.0
import type { LayerTarget } from '../../images/layer/apply.ts'
import type { AttributeRules } from '../../images/unpack/attributes.ts'
import { appendOwners, type OwnerTable, readOwners } from '../../images/unpack/owner-table.ts'
import { syscalls } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { isHostRoot } from '../runtime/namespaces.ts'
import { snapshotOwners } from '../store/layout.ts'

/**
 * What of a file's attributes can be stored here. Loads the foreign function interface.
 *
 * @param key the snapshot that is written to, which also gets the owners that its links cannot have
 */
export function attributeRules(
  { paths, rights }: Pick<Context, 'paths' | 'rights'>,
  origin: AttributeRules['origin'],
  key: string,
): AttributeRules {
  const holds = (maps: typeof rights.uidMap, id: number) =>
    maps.some(({ containerId, size }) => id >= containerId && id < containerId + size)
  return {
    sys: syscalls(),
    holdsIds: mayGiveAway(rights)
      ? (uid, gid) => holds(rights.uidMap, uid) && holds(rights.gidMap, gid)
      : (uid, gid) => uid === 0 && gid === 0,
    origin,
    losses: { owners: 0, xattrs: 0, sockets: 0 },
    owners: appendOwners(snapshotOwners(paths.root, key)),
  }
}

/** Without CAP_CHOWN (capabilities(7)) files belong to us, whom images call root. */
export const mayGiveAway = ({ capabilities }: Pick<Context['rights'], 'capabilities'>): boolean =>
  (capabilities & 1n) !== 0n

/** The records of links and special files in these snapshots. */
export const ownersOf = ({ paths }: Pick<Context, 'paths'>, keys: readonly string[]): OwnerTable =>
  readOwners(keys.map((key) => snapshotOwners(paths.root, key)))

/** Where overlay keeps the mark of a directory that hides those below; see rootfs.ts. */
export const opaqueXattr = ({ rights }: Pick<Context, 'rights'>): OpaqueXattr =>
  isHostRoot(rights) ? 'trusted.overlay.opaque' : 'user.overlay.opaque'

type OpaqueXattr = LayerTarget['opaqueXattr']
