// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs'
import { facts, type Kind } from './facts.ts'
import { repository } from './repository.ts'

/** What a test may need from the machine. */
export type Requirement =
  | `kind:${Kind}`
  | `program:${string}`
  | 'arm64'
  | 'arm64 build'
  | 'cgroup controllers'
  | 'cni plugins'
  | 'debian rootfs'
  | 'internet'
  | 'lsm'
  | 'registry'
  | 'root'
  | 'tun'

/**
 * The reason to skip a test, or `undefined` when all is there: `{ skip: lacking('tun') }`.
 *
 * The reason begins with `needs REQUIREMENT:`; by that the runner knows whether the skip is
 * allowed here.
 */
export function lacking(...requirements: readonly Requirement[]): string | undefined {
  const missing = requirements.find((requirement) => !isMet(requirement))
  return missing === undefined ? undefined : `needs ${missing}: ${explain(missing)}`
}

/** The same as options of `it`. */
export const requires = (...requirements: readonly Requirement[]): { skip?: string } => {
  const skip = lacking(...requirements)
  return skip === undefined ? {} : { skip }
}

function isMet(requirement: Requirement): boolean {
  const [, kind] = /^kind:(root|subid|single)$/.exec(requirement) ?? []
  if (kind !== undefined) return facts().accounts[kind as Kind] !== null // the pattern lists them
  const [, program] = /^program:(.+)$/.exec(requirement) ?? []
  if (program !== undefined) return findProgram(program) !== undefined
  switch (requirement) {
    case 'arm64':
      return process.arch === 'arm64'
    case 'arm64 build':
      return existsSync(`${repository}/dist/linux-arm64/tsbuild`)
    case 'cgroup controllers':
      return cgroupControllers() !== ''
    case 'cni plugins':
      return existsSync('/usr/lib/cni/bridge')
    case 'debian rootfs':
      return facts().debianArchive !== null
    case 'internet':
      return facts().internet
    case 'lsm':
      return existsSync('/sys/kernel/security/apparmor/profiles')
    case 'registry':
      return existsSync(registryProgram)
    case 'root':
      return process.getuid?.() === 0
    case 'tun':
      return facts().tun
    default:
      return false
  }
}

/** Docker's registry, unpacked by `npm run setup -- --peers`. */
export const registryProgram = `${repository}/.cache/peers/docker-registry/usr/bin/docker-registry`

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Where a program is, looked for in PATH and in the folders that a user's PATH often lacks. */
export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(':'), ...folders]
    .map((folder) => `${folder}/${name}`)
    .find((path) => existsSync(path))

function cgroupControllers(): string {
  const path = '/sys/fs/cgroup/cgroup.controllers'
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
}

function explain(requirement: Requirement): string {
  if (requirement.startsWith('kind:')) {
    return 'no such user here: `npm test` as root makes one of each kind'
  }
  if (requirement.startsWith('program:')) return 'not installed: npm run setup -- --peers'
  switch (requirement) {
    case 'arm64':
      return `this machine is ${process.arch}`
    case 'arm64 build':
      return 'no cross compiler: npm run setup -- --peers'
    case 'cgroup controllers':
      return 'no cgroup v2 controller is enabled for us'
    case 'cni plugins':
    case 'debian rootfs':
    case 'registry':
      return 'not made: npm run setup -- --peers'
    case 'internet':
      return 'no connection to deb.debian.org'
    case 'lsm':
      return 'the kernel has AppArmor not enabled'
    case 'root':
      return 'started as a normal user'
    default:
      return '/dev/net/tun cannot be opened: modprobe tun'
  }
}
