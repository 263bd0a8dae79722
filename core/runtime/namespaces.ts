// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import type { Monitor } from '../../native-shim/monitor.ts'
import type { Context, Rights } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { type IdMappings, sameIds } from '../spec/id-maps.ts'

/** 2^32 - 1: what the initial user namespace maps. */
const EVERY_ID = 0xffffffff

/** Whether we run as the host's own root, with no user namespace around us. */
export const isHostRoot = ({ rung, uidMap }: Rights): boolean =>
  rung === 1 && uidMap.length === 1 && uidMap[0]?.size === EVERY_ID

/** The maps of a container's own user namespace; undefined where the host's root needs none. */
export const containerIdMaps = (rights: Rights): IdMappings | undefined =>
  isHostRoot(rights) ? undefined : sameIds(rights)

/**
 * The monitor, where containers can be run.
 *
 * @throws TsbuildError NAMESPACE_UNAVAILABLE
 */
export function monitorOfRun({ monitor, rights }: Pick<Context, 'monitor' | 'rights'>): Monitor {
  if (monitor === undefined || rights.rung === 0) throw namespaceUnavailable(rights)
  return monitor
}

/** Maps as lines of uid_map and gid_map, user_namespaces(7). */
export function mapText(maps: IdMappings['uid']): string {
  return maps.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('')
}

/** Whether setgroups(2) is denied in our user namespace, and so for ever in those below it. */
export function isSetgroupsDenied(): boolean {
  return readFileSync('/proc/self/setgroups', 'utf8').trim() === 'deny'
}

/**
 * What stands between this user and a namespace, with the setting that explains it.
 *
 * @param sysctl reads a file below /proc/sys, undefined when it does not exist
 */
export function namespaceUnavailable(
  { tried }: Rights,
  sysctl: (name: string) => string | undefined = readSysctl,
): TsbuildError {
  const last = tried.at(-1)
  const cause = tried.map(({ rung, step, words }) => `rung ${rung}: ${step}: ${words}`).join('; ')
  return new TsbuildError('NAMESPACE_UNAVAILABLE', 'cannot enter a user namespace', {
    cause: cause === '' ? undefined : cause,
    hint: remedy(last?.step, sysctl),
  })
}

function remedy(step: string | undefined, sysctl: (name: string) => string | undefined): string {
  if (step === 'launcher') return 'start the tsbuild command, not its script'
  if (sysctl('user/max_user_namespaces') === '0')
    return 'ask for "sysctl user.max_user_namespaces=15000", or run as root'
  if (sysctl('kernel/unprivileged_userns_clone') === '0')
    return 'ask for "sysctl kernel.unprivileged_userns_clone=1", or run as root'
  if (sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1')
    return 'allow tsbuild user namespaces with an AppArmor profile ("userns,"), or run as root'
  return 'inside a container, allow it user namespaces (seccomp), or run as root with CAP_SYS_ADMIN'
}

function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return undefined
  }
}
