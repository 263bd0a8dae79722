// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { type ContainerMonitor, HelperFailed } from '../../native-shim/container-monitor.ts'
import type { Monitor } from '../../native-shim/monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Context } from '../context.ts'
import { pinPath } from '../network/cni/pin-path.ts'
import { pastaHelper } from '../network/pasta.ts'
import { recoverNetworks } from '../network/recover.ts'
import { slirpHelper } from '../network/slirp4netns.ts'
import { cniView, networkView } from '../network/view.ts'
import type { NetworkView, SlirpNetwork } from '../spec/network.ts'
import { monitorOfRun } from './namespaces.ts'
import { performOps } from './perform.ts'
import type { RunPlan } from './run-plan.ts'
import { monitorOf } from './running.ts'

/** A container with a network namespace of its own. */
export interface Connected {
  readonly plan: Pick<RunPlan, 'network' | 'idMaps'>
  /** Of init, as the host's /proc numbers it. */
  readonly pid: number
}

/**
 * Joins the networks that others make, and finds what is to be known of any.
 *
 * @param folder of the container alone
 * @throws TsbuildError NETWORK_FAILED
 */
export async function joinNetworks(
  context: Context,
  monitor: ContainerMonitor,
  { plan, pid }: { readonly plan: RunPlan; readonly pid: number },
  folder: string,
): Promise<NetworkView> {
  const { network, subject, request } = plan
  const { defaults } = request
  if (network.kind !== 'cni') return networkView(network, defaults)
  const { attachNetworks } = await import('../network/cni/cni-main.ts')
  await recoverNetworks(context)
  const place = { pid, owner: monitorOf(pid), containerId: subject.id, folder, defaults }
  const monitors = { launcher: monitorOfRun(context), monitor }
  return cniView(
    await attachNetworks(context, monitors, { names: network.names, ...place }),
    defaults,
  )
}

/** The folder of a container that is gone can be removed after this. */
export function releaseNetworks(launcher: Pick<Monitor, 'unmount'>, folder: string): void {
  const pin = pinPath(folder)
  if (existsSync(pin)) launcher.unmount(pin)
}

/**
 * Has init perform the ops, while what its network needs beside it starts.
 *
 * @throws ShimError, HelperFailed
 */
export async function performConnected(
  context: Context,
  monitor: ContainerMonitor,
  container: Connected,
  ops: readonly Op[],
): Promise<void> {
  const { pid, plan } = container
  const { network } = plan
  const place = { pid, userNamespace: plan.idMaps !== undefined }
  if (network.kind === 'slirp4netns')
    await performWithSlirp(context, monitor, { network, ...place }, ops)
  else if (network.kind === 'pasta')
    await performOps(context, monitor, ops, [pastaHelper(context, { network, ...place })])
  else await performOps(context, monitor, ops)
}

/** In slirp4netns's words; its plain warnings name neither step. */
const CONFINEMENT_REFUSED = /(create_sandbox|enable_seccomp) failed/

interface SlirpPlace {
  readonly network: SlirpNetwork
  readonly pid: number
  readonly userNamespace: boolean
}

/** Where its own confinement is refused it goes without. */
async function performWithSlirp(
  context: Context,
  monitor: ContainerMonitor,
  place: SlirpPlace,
  ops: readonly Op[],
): Promise<void> {
  const helper = (confined: boolean) => slirpHelper(context, { ...place, confined })
  const confined = helper(true)
  try {
    await performOps(context, monitor, ops, [confined])
  } catch (error) {
    if (!(error instanceof HelperFailed) || !CONFINEMENT_REFUSED.test(error.output)) throw error
    context.trace('network', 'unconfined', { output: error.output })
    await performOps(context, monitor, [], [helper(false)])
  }
}
