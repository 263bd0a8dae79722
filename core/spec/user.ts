// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import {
  type Account,
  findAccount,
  findGroup,
  maxId,
  memberships,
  parseId,
} from './account-files.ts'
import { type IdRights, isMapped } from './id-maps.ts'

/** Who a program in the container runs as. Ids are the container's. */
export interface ResolvedUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: readonly number[]
  /** `/` for a user that has no line in /etc/passwd. */
  readonly home: string
  /** From /etc/passwd; the uid in decimal where it has no line. */
  readonly name: string
}

/** The image's files, undefined where it has none. */
export interface AccountFiles {
  readonly passwd: string | undefined
  readonly group: string | undefined
}

/** What setgroups(2) takes (NGROUPS_MAX). */
const maxGroups = 65_536

/**
 * The user that `[USER][:GROUP]` names, each part a name or a number.
 *
 * Without a user it is root. Without a group it is the user's own with the additional groups that
 * /etc/group gives it; a group that is named comes alone, as does the user's own behind a colon. A
 * number need not be in the files: an unknown uid has gid 0. The group itself is one of the
 * additional ones: a program that changes its group keeps what the first one forbids it
 * (CVE-2022-2990).
 *
 * @throws TsbuildError USER_UNKNOWN for a name that is not in the files or a number out of range
 */
export function resolveUser(wanted: string, files: AccountFiles): ResolvedUser {
  const colon = wanted.indexOf(':')
  const userPart = colon === -1 ? wanted : wanted.slice(0, colon)
  const groupPart = colon === -1 ? '' : wanted.slice(colon + 1)
  const { account, isListed } = findUser(userPart || '0', files)
  const { uid, name, home } = account
  if (groupPart !== '') {
    const gid = findGid(groupPart, files)
    return { uid, gid, additionalGids: [gid], home, name }
  }
  const { gid } = account
  const others = isListed && colon === -1 ? memberships(files.group ?? '', name) : []
  const gids = [...new Set([gid, ...others])]
  if (gids.length > maxGroups) {
    const message = `look up the groups of user ${quoted(name)}: ${gids.length} of them`
    const hint = `the kernel allows ${maxGroups}; name one group: --user ${uid}:${gid}`
    throw new TsbuildError('USER_UNKNOWN', message, { hint })
  }
  return { uid, gid, additionalGids: gids, home, name }
}

/**
 * The user as far as the namespace can hold it: with the additional groups that are mapped, and
 * with none where only one id is, since setgroups(2) is denied there for good.
 *
 * @throws TsbuildError USER_UNMAPPED if its uid or gid does not exist in our user namespace
 * @see user_namespaces(7), "The /proc/pid/setgroups file"
 */
export function checkUserMapped(user: ResolvedUser, rights: IdRights): ResolvedUser {
  const { uid, gid } = user
  const missing = isMapped(uid, rights.uidMap)
    ? { kind: 'gid', id: gid, isMissing: !isMapped(gid, rights.gidMap) }
    : { kind: 'uid', id: uid, isMissing: true }
  if (missing.isMissing) {
    const what = `${missing.kind} ${missing.id} is not mapped`
    const message = `run as user ${quoted(user.name)} (${uid}:${gid}): ${what}`
    throw new TsbuildError('USER_UNMAPPED', message, { hint: mappingHint(rights) })
  }
  if (rights.rung === 4) return { ...user, additionalGids: [] }
  const additionalGids = user.additionalGids.filter((id) => isMapped(id, rights.gidMap))
  return { ...user, additionalGids }
}

interface FoundUser {
  readonly account: Account
  readonly isListed: boolean
}

function findUser(word: string, { passwd }: AccountFiles): FoundUser {
  const uid = parseNumber(word)
  const isWanted = (account: Account) =>
    uid === undefined ? account.name === word : account.uid === uid
  const account = findAccount(passwd ?? '', isWanted)
  if (account !== undefined) return { account, isListed: true }
  if (uid === undefined) throw unknown('user', word, { isFilePresent: passwd !== undefined })
  return { account: { name: String(uid), uid, gid: 0, home: '/' }, isListed: false }
}

/**
 * The group of a name or a number, which need not be in the file.
 *
 * @throws TsbuildError USER_UNKNOWN
 */
export function findGid(word: string, { group }: AccountFiles): number {
  const gid = parseNumber(word) ?? findGroup(group ?? '', word)
  if (gid === undefined) throw unknown('group', word, { isFilePresent: group !== undefined })
  return gid
}

/** The id that a word of digits means, undefined for a name. */
function parseNumber(word: string): number | undefined {
  if (!/^[0-9]+$/.test(word)) return undefined
  const id = parseId(word)
  if (id !== undefined) return id
  throw new TsbuildError('USER_UNKNOWN', `run as ${quoted(word)}: no such id`, {
    hint: `ids go from 0 to ${maxId}`,
  })
}

function unknown(
  kind: 'user' | 'group',
  name: string,
  { isFilePresent }: { readonly isFilePresent: boolean },
): TsbuildError {
  const file = kind === 'user' ? '/etc/passwd' : '/etc/group'
  const reason = isFilePresent ? `it is not in ${file}` : `the image has no ${file}`
  const hint = `add the ${kind} to the image, or give a number`
  return new TsbuildError('USER_UNKNOWN', `look up ${kind} ${quoted(name)}: ${reason}`, { hint })
}

/** What gives a user namespace more ids. */
export function mappingHint({ rung, hostUid }: IdRights): string {
  const files = '/etc/subuid and /etc/subgid'
  if (rung === 4) {
    return `add "${hostUid}:100000:65536" to ${files} and install newuidmap (package uidmap)`
  }
  if (rung === 3) return `give user ${hostUid} a larger range in ${files}`
  return 'the user namespace that tsbuild was started in has no such id; ask for a lower one'
}

const quoted = (name: string) => JSON.stringify(name)
