// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import type { Join } from '../../native-shim/container-monitor.ts'
import type { Monitor } from '../../native-shim/monitor.ts'
import type { Context, Rights } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { type IdMappings, sameIds } from '../spec/id-maps.ts'
import type { Namespace } from '../spec/namespaces.ts'
import { CLONE } from './kernel.ts'
import { type ReadSysctl, rightsHint } from './rights-hint.ts'
import type { RunPlan } from './run-plan.ts'

/** 2^32 - 1: what the initial user namespace maps. */
const EVERY_ID = 0xffffffff

/** Whether we run as the host's own root, with no user namespace around us. */
export const isHostRoot = ({ rung, uidMap }: Rights): boolean =>
  rung === 1 && uidMap.length === 1 && uidMap[0]?.size === EVERY_ID

/**
 * The maps of a container's own user namespace; undefined where the host's root needs none. Root
 * without CAP_NET_ADMIN, as in a container with CAP_SYS_ADMIN alone, has all capabilities there.
 */
export const containerIdMaps = (rights: Rights): IdMappings | undefined =>
  isHostRoot(rights) && (rights.capabilities & CAP_NET_ADMIN) !== 0n ? undefined : sameIds(rights)

/** capabilities(7). */
const CAP_NET_ADMIN = 1n << 12n
const CAP_SYS_CHROOT = 1n << 18n

/**
 * The monitor, where containers can be run.
 *
 * @throws TsbuildError NAMESPACE_UNAVAILABLE
 */
export function monitorOfRun(
  { monitor, rights }: Pick<Context, 'monitor' | 'rights'>,
  plan?: Pick<RunPlan, 'isolation'>,
): Monitor {
  if (monitor === undefined) throw namespaceUnavailable(rights)
  if (rights.rung > 0) return monitor
  if (plan === undefined || !isBare(plan, rights) || !mayChroot(rights))
    throw namespaceUnavailable(rights)
  return monitor
}

/** Whether there is nothing but chroot(2): neither a namespace nor a mount. */
export const isBare = ({ isolation }: Pick<RunPlan, 'isolation'>, { rung }: Rights): boolean =>
  rung === 0 && isolation === 'chroot'

/** Whether we are root as far as chroot isolation needs it. */
export const mayChroot = ({ hostUid, capabilities }: Rights): boolean =>
  hostUid === 0 && (capabilities & CAP_SYS_CHROOT) !== 0n

/** CLONE_NEW* bits of the namespaces that are made anew. */
export const cloneFlags = (namespaces: readonly Namespace[]): number =>
  namespaces.reduce(
    (flags, { type, path }) => (path === undefined ? flags | CLONE[type] : flags),
    0,
  )

/** Those that exist. */
export const joinsOf = (namespaces: readonly Namespace[]): Join[] =>
  namespaces.flatMap(({ type, path }) =>
    path === undefined ? [] : [{ cloneFlag: CLONE[type], path }],
  )

/** Maps as lines of uid_map and gid_map, user_namespaces(7). */
export function mapText(maps: IdMappings['uid']): string {
  return maps.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('')
}

/** Whether setgroups(2) is denied in our user namespace, and so for ever in those below it. */
export function isSetgroupsDenied(): boolean {
  return readFileSync('/proc/self/setgroups', 'utf8').trim() === 'deny'
}

/** What stands between this user and a namespace, with the setting that explains it. */
export function namespaceUnavailable(rights: Rights, sysctl?: ReadSysctl): TsbuildError {
  const tried = rights.tried.map(({ rung, step, words }) => `rung ${rung}: ${step}: ${words}`)
  const hint = rightsHint(rights, sysctl)
  return new TsbuildError('NAMESPACE_UNAVAILABLE', 'cannot enter a user namespace', {
    cause: tried.length === 0 ? undefined : tried.join('; '),
    hint: mayChroot(rights) ? `${hint}; or go without any isolation: --isolation chroot` : hint,
  })
}
