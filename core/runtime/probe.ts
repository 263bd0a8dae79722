// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, existsSync, openSync } from 'node:fs'
import type { ContainerMonitor } from '../../native-shim/container-monitor.ts'
import type { Monitor } from '../../native-shim/monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import { ShimError } from '../../native-shim/shim-error.ts'
import type { Context } from '../context.ts'
import { fallbackOf } from './fallback.ts'
import { CLONE, MS } from './kernel.ts'
import { containerIdMaps, mapText } from './namespaces.ts'
import { type OuterOption, outerOptions } from './outer-engine.ts'

/** What a container of ours does not get here, and what would change that. */
export interface Limit {
  readonly what: string
  readonly reason: string
  /** Whether something else takes its place with the same result, or nearly. */
  readonly isReplaced: boolean
  /** Of the engine that started the container around us. */
  readonly outerOption: OuterOption | null
}

/** What a container has, in the order in which it is tried; each must not need those before it. */
const probes: readonly { readonly what: string; readonly op: Op; readonly option: OuterOption }[] =
  [
    {
      what: 'a hostname of its own',
      op: ['hostname', 'tsbuild-probe'],
      option: outerOptions.seccomp,
    },
    {
      what: 'a /proc of its own',
      op: ['mount', '/proc', 'proc', 'proc', 0, ''],
      option: outerOptions.unmask,
    },
    {
      what: 'a /sys of its own',
      op: ['mount', '/sys', 'sysfs', 'sysfs', 0, ''],
      option: outerOptions.unmask,
    },
    {
      what: 'message queues',
      op: ['mount', '/mqueue', 'mqueue', 'mqueue', 0, ''],
      option: outerOptions.seccomp,
    },
    {
      what: 'terminals',
      op: ['mount', '/pts', 'devpts', 'devpts', 0, 'newinstance'],
      option: outerOptions.seccomp,
    },
  ]

/**
 * Tries all that in a container of nothing, which is gone when this command ends.
 *
 * @throws ShimError when there is not even that
 */
export async function probeLimits(context: Context, monitor: Monitor): Promise<Limit[]> {
  await monitor.start(startRequest(context))
  const others = CLONE.mount | CLONE.uts | CLONE.ipc | CLONE.network
  await monitor.perform([
    ['unshare', others],
    ['propagation', '/', MS.rec | MS.slave],
    ['rootfs-mount', '/', 'tmpfs', '/dev', 'tmpfs', 0, 'size=65536'],
  ])
  const limits: Limit[] = []
  for (const { what, op, option } of probes) {
    const refusal = await refusalOf(monitor, op)
    if (refusal === undefined) continue
    const fallback = fallbackOf(op, refusal)
    const regained = fallback?.loss?.regain ?? option
    const isReplaced = fallback !== undefined
    limits.push({ what, reason: refusal.code, isReplaced, outerOption: regained })
  }
  return [...limits, ...tunLimit()]
}

function startRequest({ rights }: Context) {
  const maps = containerIdMaps(rights)
  return {
    cloneFlags: CLONE.pid | (maps === undefined ? 0 : CLONE.user),
    guardFlags: CLONE.pid,
    joins: [],
    uidMap: mapText(maps?.uid ?? []),
    gidMap: mapText(maps?.gid ?? []),
    setgroups: 'allow' as const,
    stdio: ['null', 'null', 'null'] as const,
    lostNotice: '',
  }
}

async function refusalOf(monitor: ContainerMonitor, op: Op): Promise<ShimError | undefined> {
  try {
    await monitor.perform([op])
    return undefined
  } catch (error) {
    if (error instanceof ShimError) return error
    throw error
  }
}

/** Of the networks only slirp4netns and pasta need it. */
function tunLimit(): Limit[] {
  try {
    closeSync(openSync('/dev/net/tun', constants.O_RDWR))
    return []
  } catch (error) {
    const what = 'a network of its own that reaches others'
    const reason = error instanceof Error ? error.message : String(error)
    return [{ what, reason, isReplaced: false, outerOption: outerOptions.tun }]
  }
}

/** The engine whose container is around us, by the marks that each leaves; null for none known. */
export function outerEngine(env: Readonly<Record<string, string | undefined>>): string | null {
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'kubernetes'
  if (existsSync('/run/.containerenv')) return 'podman, buildah or tsbuild'
  return existsSync('/.dockerenv') ? 'docker' : null
}
