// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Account, Kind } from './facts.ts'
import { findProgram } from './requires.ts'

type Accounts = Readonly<Record<Kind, Account | null>>

const names = { subid: 'tsbuild-subid', single: 'tsbuild-single' } as const
const firstUid = 61_000
const firstSubid = 900_000_000
const subidCount = 65_536

/**
 * The users that exist only for the tests, in a mount namespace of the test run: its passwd,
 * group, subuid and subgid are copies with more lines. The machine's own files stay as they are.
 *
 * @param directory the copies are made below it
 * @param isPrivate whether we are root in a mount namespace of our own; otherwise the user who
 *   started the tests is the only one
 */
export function makeAccounts(directory: string, isPrivate: boolean): Accounts {
  if (!isPrivate) return ourselves()
  const root = { name: 'root', uid: 0, gid: 0 }
  const subid = { name: names.subid, uid: firstUid, gid: firstUid }
  const single = { name: names.single, uid: firstUid + 1, gid: firstUid + 1 }
  const range = `${names.subid}:${firstSubid}:${subidCount}\n`
  const users = [subid, single]
  extend(directory, '/etc/passwd', users.map(passwdLine).join(''))
  extend(directory, '/etc/group', users.map(({ name, gid }) => `${name}:x:${gid}:\n`).join(''))
  const mapped = extend(directory, '/etc/subuid', range) && extend(directory, '/etc/subgid', range)
  return { root, subid: mapped && findProgram('newuidmap') !== undefined ? subid : null, single }
}

const passwdLine = ({ name, uid, gid }: Account) =>
  `${name}:x:${uid}:${gid}::/nonexistent:/bin/sh\n`

/** Mounts a copy with more lines over the file. @returns whether there is such a file */
function extend(directory: string, path: string, lines: string): boolean {
  if (!existsSync(path)) return false
  const copy = join(directory, path)
  mkdirSync(join(directory, 'etc'), { recursive: true, mode: 0o755 })
  writeFileSync(copy, `${readFileSync(path, 'utf8').replace(/([^\n])$/, '$1\n')}${lines}`)
  execFileSync('mount', ['--bind', copy, path])
  return true
}

function ourselves(): Accounts {
  const { username: name, uid, gid } = userInfo()
  const account = { name, uid, gid }
  if (uid === 0) return { root: account, subid: null, single: null }
  return hasSubordinateIds(name, uid)
    ? { root: null, subid: account, single: null }
    : { root: null, subid: null, single: account }
}

const hasSubordinateIds = (name: string, uid: number): boolean =>
  findProgram('newuidmap') !== undefined &&
  ['/etc/subuid', '/etc/subgid'].every(
    (path) =>
      existsSync(path) && new RegExp(`^(${name}|${uid}):`, 'm').test(readFileSync(path, 'utf8')),
  )
