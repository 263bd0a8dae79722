// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor, StartRequest } from '../../native-shim/container-monitor.ts'
import type { Context } from '../context.ts'
import { networkView } from '../network/view.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import { compileSpec } from './compile.ts'
import { writeGeneratedFiles } from './generated-files.ts'
import { CLONE } from './kernel.ts'
import { isHostRoot, isSetgroupsDenied, mapText } from './namespaces.ts'
import { performConnected } from './network.ts'
import { performOps } from './perform.ts'
import { accountFiles, prepareOps } from './prepare.ts'
import type { RunPlan } from './run-plan.ts'
import { specOf } from './run-spec.ts'
import type { SeccompFilter } from './seccomp-option.ts'

export interface PrepareOptions {
  /** For the generated files of this container, on a file system that init will see. */
  readonly folder: string
  readonly filter: SeccompFilter
}

/** A container whose init stands in its root file system. */
export interface PreparedContainer {
  readonly plan: RunPlan
  /** Of init, as the host's /proc numbers it. */
  readonly pid: number
  readonly spec: RuntimeSpec
  readonly filter: SeccompFilter
  readonly setgroupsDenied: boolean
}

/**
 * Starts guard and init, and has init make namespaces and root file system, up to where the
 * image's accounts can be read and the spec be completed.
 *
 * @throws ShimError, and TsbuildError of the spec
 */
export async function prepareContainer(
  context: Context,
  monitor: ContainerMonitor,
  plan: RunPlan,
  { folder, filter }: PrepareOptions,
): Promise<PreparedContainer> {
  const pid = await monitor.start(startRequest(plan))
  context.trace('shim', 'init', { pid })
  const setgroupsDenied = plan.idMaps !== undefined && isSetgroupsDenied()
  const { id, rootfs } = plan.subject
  const ops = prepareOps({ id, rootfs, namespaces: plan.namespaces, setgroupsDenied })
  const files = await performOps(context, monitor, ops)
  const view = networkView(plan.network)
  const generatedFiles = writeGeneratedFiles(context, plan, { folder, view, covered: new Set() })
  const spec = specOf(context, plan, {
    generatedFiles,
    seccomp: filter.profile,
    passwd: files.get(accountFiles.passwd)?.toString(),
    group: files.get(accountFiles.group)?.toString(),
  })
  return { plan, pid, spec, filter, setgroupsDenied }
}

/**
 * Completes the container and starts its program; returns when that runs.
 *
 * @throws ShimError, HelperFailed
 */
export async function startProgram(
  context: Context,
  monitor: ContainerMonitor,
  container: PreparedContainer,
): Promise<void> {
  const { spec, filter, setgroupsDenied } = container
  const mayMakeNodes = isHostRoot(context.rights)
  const ops = compileSpec(spec, { mayMakeNodes, setgroupsDenied, seccomp: filter.program })
  await performConnected(context, monitor, container, ops)
  await monitor.run()
}

function startRequest({ idMaps, stdio }: RunPlan): StartRequest {
  return {
    cloneFlags: CLONE.pid | (idMaps === undefined ? 0 : CLONE.user),
    uidMap: mapText(idMaps?.uid ?? []),
    gidMap: mapText(idMaps?.gid ?? []),
    setgroups: 'allow',
    stdio,
    lostNotice: 'tsbuild: the guard of the container was killed, and the container with it',
  }
}
