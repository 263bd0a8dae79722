// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Result, type Running, type RunOptions, start } from './child.ts'
import { type Account, facts, type Kind } from './facts.ts'
import type { Place } from './leftovers.ts'

/**
 * A person at a shell: an account, a clean environment, and files of their own that are gone
 * when the case ends: a store, a run directory, TMPDIR and HOME.
 */
export interface TestUser extends Account, Place, AsyncDisposable {
  readonly kind: Kind
  /** The command as installed, with this case's store. */
  readonly command: readonly string[]
  /** Runs a program to its end. */
  run(argv: readonly string[], options?: RunOptions): Promise<Result>
  /** Starts a program and does not wait; `pid` is the program itself. */
  spawn(argv: readonly string[], options?: RunOptions): Running
  /** Runs `tsbuild ARGS` to its end. */
  tsbuild(args: readonly string[], options?: RunOptions): Promise<Result>
  /** The same, and fails the test with all that was printed unless the status is 0. */
  ok(args: readonly string[], options?: RunOptions): Promise<Result>
  /** A working container of a root file system of that kind. @returns its name */
  container(rootfs: 'busybox' | 'debian'): Promise<string>
}

/** @throws Error if this machine has no such user: the caller asks `lacking` before */
export function openUser(kind: Kind): TestUser {
  const { accounts, directory: shared, tsbuild } = facts()
  const account = accounts[kind]
  if (account === null) throw new Error(`there is no ${kind} user`)
  const place = makePlace(join(shared, 'cases'), account)
  const command = [tsbuild, '--root', place.root, '--runroot', place.runroot]
  const spawn = (argv: readonly string[], options: RunOptions = {}) =>
    start([...becoming(account), ...argv], {
      ...options,
      env: { ...cleanEnvironment(account, place), ...options.env },
    })
  const runTsbuild = (args: readonly string[], options?: RunOptions) =>
    spawn([...command, ...args], options).result
  const ok = async (args: readonly string[], options?: RunOptions) => {
    const result = await runTsbuild(args, options)
    assert.equal(result.code, 0, failureText(args, result))
    return result
  }
  return {
    ...account,
    ...place,
    kind,
    command,
    spawn,
    run: (argv, options) => spawn(argv, options).result,
    tsbuild: runTsbuild,
    ok,
    container: (rootfs) => makeContainer(ok, rootfs),
    [Symbol.asyncDispose]: () => remove(spawn, place.directory),
  }
}

/** What a failed assertion shows of a command. */
export const failureText = (args: readonly string[], { code, signal, stdout, stderr }: Result) =>
  `${args.join(' ')} ended with ${signal ?? code}\nstdout: ${stdout}\nstderr: ${stderr}`

function makePlace(cases: string, { uid, gid }: Account): Place {
  const directory = mkdtempSync(join(cases, 'case-'))
  const place = {
    directory,
    root: join(directory, 'store'),
    runroot: join(directory, 'run'),
    temporary: join(directory, 'tmp'),
    home: join(directory, 'home'),
  }
  mkdirSync(place.temporary, { mode: 0o700 })
  mkdirSync(place.home, { mode: 0o700 })
  for (const path of [directory, place.temporary, place.home]) chownSync(path, uid, gid)
  return place
}

/** The prefix that changes who we are. `setpriv` execs: the pid stays the program's. */
const becoming = ({ uid, gid }: Account): readonly string[] =>
  uid === process.getuid?.()
    ? []
    : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--']

const cleanEnvironment = ({ name }: Account, { home, temporary }: Place) => ({
  HOME: home,
  USER: name,
  LOGNAME: name,
  SHELL: '/bin/sh',
  LANG: 'C.UTF-8',
  TMPDIR: temporary,
  PATH: `${facts().nodeFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
})

async function makeContainer(ok: TestUser['ok'], rootfs: 'busybox' | 'debian'): Promise<string> {
  const { busyboxArchive, debianArchive } = facts()
  const archive = rootfs === 'busybox' ? busyboxArchive : debianArchive
  if (archive === null) throw new Error(`no ${rootfs} archive: ask lacking('debian rootfs') before`)
  const name = (await ok(['from', 'scratch'])).stdout.trim()
  await ok(['add', name, archive, '/'])
  return name
}

/** Files of subordinate ids can only be removed by root or in the namespace. */
async function remove(spawn: TestUser['spawn'], directory: string): Promise<void> {
  if (process.getuid?.() === 0) return rmSync(directory, { recursive: true, force: true })
  await spawn([facts().tsbuild, 'unshare', 'rm', '-rf', directory]).result
  rmSync(directory, { recursive: true, force: true })
}
