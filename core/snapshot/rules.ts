// SPDX-License-Identifier: Apache-2.0
import type { AttributeRules } from '../../images/unpack/attributes.ts'
import { syscalls } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { isHostRoot } from '../runtime/namespaces.ts'

/** What of a file's attributes can be stored here. Loads the foreign function interface. */
export function attributeRules(
  { rights }: Pick<Context, 'rights'>,
  origin: AttributeRules['origin'],
): AttributeRules {
  const holds = (maps: typeof rights.uidMap, id: number) =>
    maps.some(({ containerId, size }) => id >= containerId && id < containerId + size)
  return {
    sys: syscalls(),
    holdsIds: (uid, gid) => holds(rights.uidMap, uid) && holds(rights.gidMap, gid),
    origin,
    losses: { owners: 0, xattrs: 0, sockets: 0 },
  }
}

/** Where overlay keeps the mark of a directory that hides those below; see rootfs.ts. */
export const opaqueXattr = ({ rights }: Pick<Context, 'rights'>) =>
  isHostRoot(rights) ? 'trusted.overlay.opaque' : 'user.overlay.opaque'
