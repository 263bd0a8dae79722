// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { isOwn, type Listed, type NamespaceType } from './namespaces.ts'

/** What the kernel keeps per namespace; all else is the machine's. */
const keys: readonly { readonly of: NamespaceType; readonly matches: RegExp }[] = [
  { of: 'network', matches: /^net\/./ },
  { of: 'ipc', matches: /^fs\/mqueue\/[^/]+$/ },
  {
    of: 'ipc',
    matches: /^kernel\/(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$/,
  },
  { of: 'uts', matches: /^kernel\/(hostname|domainname)$/ },
]

/**
 * The place of a setting below /proc/sys.
 *
 * @param name with dots, or with slashes where a part of it has dots: sysctl(8)
 * @throws TsbuildError SPEC_INVALID for one that does not belong to a namespace of the container's
 *   own: it would be set for the machine, or for whom the namespace is shared with
 */
export function sysctlPath(name: string, namespaces: readonly Listed[]): string {
  const slashed = /^[^/]*\./.test(name)
    ? name.replace(/[./]/g, (char) => (char === '.' ? '/' : '.'))
    : name
  const parts = slashed.split('/')
  const key = keys.find(({ matches }) => matches.test(slashed))
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..')
  if (key !== undefined && isPlain && isOwn(namespaces, key.of)) return `/proc/sys/${slashed}`
  const why =
    key === undefined || !isPlain
      ? 'it belongs to no namespace'
      : `the container has no ${key.of} namespace of its own`
  throw new TsbuildError('SPEC_INVALID', `set the sysctl ${JSON.stringify(name)}: ${why}`, {
    hint: 'of a container are net.*, fs.mqueue.*, and those of kernel.* that are about SysV IPC',
  })
}

/** What buildah sets where it configures a network: ping works for every group. */
export const networkSysctls = { 'net.ipv4.ping_group_range': '0 0' } as const

/**
 * Those of `default_sysctls` in containers.conf that the container can have. The others are passed
 * over, for the file is about all containers, and so is what we set anyway where it is needed.
 *
 * @param lines NAME=VALUE
 * @param isThere whether the kernel has the file
 */
export function defaultSysctls(
  lines: readonly string[],
  namespaces: readonly Listed[],
  isThere: (path: string) => boolean,
): Readonly<Record<string, string>> {
  const pairs = lines.map((line) => {
    const [name = '', ...rest] = line.split('=')
    return [name.trim(), rest.join('=').trim()] as const
  })
  const isWanted = ([name, value]: readonly [string, string]) => {
    const path = pathIfOwn(name, namespaces)
    const isOurs = Object.entries(networkSysctls).some((own) => own.join() === `${name},${value}`)
    return path !== undefined && value !== '' && !isOurs && isThere(path)
  }
  return Object.fromEntries(pairs.filter(isWanted))
}

function pathIfOwn(name: string, namespaces: readonly Listed[]): string | undefined {
  try {
    return sysctlPath(name, namespaces)
  } catch {
    return undefined
  }
}
