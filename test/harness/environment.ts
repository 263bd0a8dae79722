// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { makeAccounts } from './accounts.ts'
import { type Account, type Facts, factsFile } from './facts.ts'
import { installOffline, packProject } from './install.ts'
import { repository } from './repository.ts'

/** On a real disk: overlay does not always work on a tmpfs. */
const parent = '/var/tmp'
const prefix = 'tsbuild-test-'

/**
 * Prepares what all end-to-end files share, once: the users, a tun device which they may open,
 * the packed and installed command, the root file systems. Written down as facts.json.
 *
 * @param isPrivate whether we are root in a mount namespace of our own
 * @returns the folder; the caller removes it by `removeEnvironment`
 */
export function makeEnvironment(isPrivate: boolean): string {
  removeStale()
  const directory = mkdtempSync(join(parent, `${prefix}${pidNamespace()}-${process.pid}-`))
  for (const path of [directory, join(directory, 'cases')]) {
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o755)
  }
  chmodSync(join(directory, 'cases'), 0o1777)
  const accounts = makeAccounts(directory, isPrivate)
  const facts: Facts = {
    directory,
    accounts,
    nodeFolder: reachableNode(directory, accounts.single ?? accounts.subid),
    tsbuild: installOffline(join(directory, 'installed'), packProject(directory)),
    busyboxArchive: busyboxArchive(directory),
    debianArchive: debianArchive(directory, isPrivate),
    tun: makeTun(directory, isPrivate),
    internet: hasInternet(),
  }
  writeFileSync(join(directory, factsFile), JSON.stringify(facts, null, 2))
  return directory
}

/** Takes the mounts below it off and removes it. */
export function removeEnvironment(directory: string): void {
  for (const path of ['node', 'debian.tar', 'tun']) {
    spawnSync('umount', ['--lazy', join(directory, path)], { stdio: 'ignore' })
  }
  rmSync(directory, { recursive: true, force: true })
}

/** Folders of runs that were killed. */
function removeStale(): void {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const path = join(parent, name)
    if (isStale(path, name)) spawnSync('rm', ['-rf', path], { stdio: 'ignore' })
  }
}

/** A number of a process means something only in its namespace; others' runs do not take a day. */
function isStale(path: string, name: string): boolean {
  const [namespace, pid] = name.slice(prefix.length).split('-')
  if (namespace === pidNamespace()) return !existsSync(`/proc/${pid}`)
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY_MS
}

const DAY_MS = 24 * 60 * 60 * 1000

/** The number in `pid:[4026531836]`. */
const pidNamespace = (): string => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''

/** Node may be installed below /root: a bind mount makes it reachable. */
function reachableNode(directory: string, account: Account | null): string {
  const folder = dirname(process.execPath)
  if (account === null || account.uid === process.getuid?.()) return folder
  const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  if (spawnSync('setpriv', [...ids, 'test', '-x', process.execPath]).status === 0) return folder
  const target = join(directory, 'node')
  mkdirSync(target)
  execFileSync('mount', ['--bind', folder, target])
  return target
}

function busyboxArchive(directory: string): string {
  const archive = join(directory, 'busybox.tar')
  const library = join(repository, 'scripts/lib/busybox.mjs')
  const script = `(await import('${library}')).makeBusyboxArchive('${archive}')`
  execFileSync(process.execPath, ['--input-type=module', '--eval', script])
  chmodSync(archive, 0o644)
  return archive
}

/** The archive below the checkout, which may be in a folder that test users cannot enter. */
function debianArchive(directory: string, isPrivate: boolean): string | null {
  const archive = join(repository, '.cache/debian-minbase.tar')
  if (!existsSync(archive) || !isPrivate) return existsSync(archive) ? archive : null
  const target = join(directory, 'debian.tar')
  closeSync(openSync(target, 'w'))
  execFileSync('mount', ['--bind', archive, target])
  return target
}

/** In our mount namespace the device gets a node that everybody may open. */
function makeTun(directory: string, isPrivate: boolean): boolean {
  const device = '/dev/net/tun'
  if (isPrivate && existsSync(device)) {
    const folder = join(directory, 'tun')
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder])
    execFileSync('mknod', ['--mode=666', join(folder, 'tun'), 'c', '10', '200'])
    execFileSync('mount', ['--bind', join(folder, 'tun'), device])
  }
  return spawnSync('sh', ['-c', `exec 3<>${device}`], { stdio: 'ignore' }).status === 0
}

function hasInternet(): boolean {
  const connect = `require('node:net').connect(80, 'deb.debian.org', () => process.exit(0))
    .on('error', () => process.exit(1))`
  const options = { timeout: 3000, stdio: 'ignore' } as const
  return spawnSync(process.execPath, ['--eval', connect], options).status === 0
}
