// SPDX-License-Identifier: Apache-2.0
import { type ContainerMonitor, HelperFailed } from '../../native-shim/container-monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Context } from '../context.ts'
import { pastaHelper } from '../network/pasta.ts'
import { slirpHelper } from '../network/slirp4netns.ts'
import type { SlirpNetwork } from '../spec/network.ts'
import { performOps } from './perform.ts'
import type { RunPlan } from './run-plan.ts'

/** A container with a network namespace of its own. */
export interface Connected {
  readonly plan: Pick<RunPlan, 'network' | 'idMaps'>
  /** Of init, as the host's /proc numbers it. */
  readonly pid: number
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
