// SPDX-License-Identifier: Apache-2.0

// /etc/passwd and /etc/group of an image: up to 1 MiB that a stranger wrote. Each look-up walks
// the lines once; lines that do not parse are passed over, as in glibc.

/** The highest id: 2^32-1 means "leave it as it is" to setuid(2) and chown(2). */
export const maxId = 0xffff_fffe

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** The first line of a passwd(5) file that satisfies `isWanted`. */
export function findAccount(
  passwd: string,
  isWanted: (account: Account) => boolean,
): Account | undefined {
  for (const line of lines(passwd)) {
    const account = parseAccount(line)
    if (account !== undefined && isWanted(account)) return account
  }
  return undefined
}

/** The id of the first group of that name in a group(5) file. */
export function findGroup(group: string, name: string): number | undefined {
  for (const line of lines(group)) {
    if (!line.startsWith(`${name}:`)) continue
    const gid = parseId(line.split(':', 3)[2])
    if (gid !== undefined) return gid
  }
  return undefined
}

/** The groups of a group(5) file that list the name as a member, in order, each once. */
export function memberships(group: string, name: string): number[] {
  const gids = new Set<number>()
  for (const line of lines(group)) {
    if (!line.includes(name)) continue
    const [, , gid, members] = line.split(':', 4)
    const parsed = parseId(gid)
    if (parsed !== undefined && members?.split(',').includes(name)) gids.add(parsed)
  }
  return [...gids]
}

/** An id in decimal, or undefined for anything else. */
export function parseId(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]+$/.test(text)) return undefined
  const id = Number(text)
  return id <= maxId ? id : undefined
}

function parseAccount(line: string): Account | undefined {
  const [name, , uid, gid, , home] = line.split(':', 7)
  const parsed = { uid: parseId(uid), gid: parseId(gid) }
  if (!name || name.startsWith('#')) return undefined
  if (parsed.uid === undefined || parsed.gid === undefined) return undefined
  return { name, uid: parsed.uid, gid: parsed.gid, home: home || '/' }
}

function* lines(text: string): Iterable<string> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    yield text.slice(start, end)
    start = end + 1
  }
}
