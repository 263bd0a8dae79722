// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { GroupOptions } from '../options/group.ts'
import { type IdRights, isMapped } from './id-maps.ts'
import { type AccountFiles, findGid, mappingHint, type ResolvedUser } from './user.ts'

/**
 * The user with the groups of --group-add. Those that the caller keeps are none of the spec's: the
 * runtime leaves them as they are.
 *
 * @param user checked to be mapped
 * @throws TsbuildError USER_UNKNOWN for a name that /etc/group lacks, USER_UNMAPPED for a group
 *   that the user namespace does not have, or may not set
 */
export function withGroups(
  user: ResolvedUser,
  { keep, names }: GroupOptions,
  files: AccountFiles,
  rights: IdRights,
): ResolvedUser {
  if (keep) return { ...user, additionalGids: [] }
  const wanted = names.map((name) => ({ name, gid: findGid(name, files) }))
  const missing = wanted.find(({ gid }) => rights.rung === 4 || !isMapped(gid, rights.gidMap))
  if (missing !== undefined) throw unmapped(missing, rights)
  return { ...user, additionalGids: [...new Set([...user.additionalGids, ...gidsOf(wanted)])] }
}

const gidsOf = (groups: readonly { readonly gid: number }[]) => groups.map(({ gid }) => gid)

function unmapped(
  { name, gid }: { readonly name: string; readonly gid: number },
  rights: IdRights,
) {
  const why =
    rights.rung === 4 ? 'with a single id no groups can be set' : `gid ${gid} is not mapped`
  const message = `add group ${JSON.stringify(name)}: ${why}`
  return new TsbuildError('USER_UNMAPPED', message, { hint: mappingHint(rights) })
}
