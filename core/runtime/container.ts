// SPDX-License-Identifier: Apache-2.0
import {
  type ContainerMonitor,
  HelperFailed,
  type StartRequest,
} from '../../native-shim/container-monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Context } from '../context.ts'
import { slirpHelper } from '../network/slirp4netns.ts'
import type { ExternalRuntime } from '../options/runtime.ts'
import type { GeneratedFile } from '../spec/mounts.ts'
import { isOwn } from '../spec/namespaces.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import { containerProcessState } from '../spec/seccomp/process-state.ts'
import { compileSpec } from './compile.ts'
import type { ExternalContainer } from './external/external-main.ts'
import { writeGeneratedFiles } from './generated-files.ts'
import { CLONE } from './kernel.ts'
import { cloneFlags, isHostRoot, isSetgroupsDenied, joinsOf, mapText } from './namespaces.ts'
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
  /** Made by a runtime of others; it has no init yet. */
  readonly external?: ExternalContainer
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
  const generatedFiles = writeGeneratedFiles(context, plan, folder)
  if (plan.runtime !== undefined)
    return prepareWith(plan.runtime, { context, monitor, plan, folder, filter, generatedFiles })
  const pid = await monitor.start(startRequest(plan))
  context.trace('shim', 'init', { pid })
  const setgroupsDenied = plan.idMaps !== undefined && isSetgroupsDenied()
  const { id, rootfs } = plan.subject
  const leaveGroups = setgroupsDenied || plan.process.groups.keep
  const ops = prepareOps({ id, rootfs, namespaces: plan.namespaces, leaveGroups })
  const files = await performOps(context, monitor, ops)
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
  const { plan, spec, filter, setgroupsDenied, external } = container
  if (external !== undefined) return external.start()
  const mayMakeNodes = isHostRoot(context.rights)
  const guardEnds = !isOwn(plan.namespaces, 'pid')
  const facts = { mayMakeNodes, setgroupsDenied, guardEnds, seccomp: filter.program }
  const ops = compileSpec(spec, facts)
  if (plan.network === 'slirp4netns') await performWithNetwork(context, monitor, container, ops)
  else await performOps(context, monitor, ops)
  await nameAgent(context, monitor, container)
  await monitor.run()
}

interface ExternalOptions extends PrepareOptions {
  readonly context: Context
  readonly monitor: ContainerMonitor
  readonly plan: RunPlan
  readonly generatedFiles: readonly GeneratedFile[]
}

async function prepareWith(
  runtime: ExternalRuntime,
  { context, monitor, plan, folder, filter, generatedFiles }: ExternalOptions,
): Promise<PreparedContainer> {
  const { prepareExternal } = await import('./external/external-main.ts')
  const external = prepareExternal(context, monitor, {
    plan,
    runtime,
    folder,
    specOf: (accounts) =>
      specOf(context, plan, { ...accounts, generatedFiles, seccomp: filter.profile }),
    connect: async (pid) => {
      if (plan.network === 'slirp4netns')
        await performWithNetwork(context, monitor, { pid, plan }, [])
    },
  })
  return { plan, pid: 0, spec: external.spec, filter, setgroupsDenied: false, external }
}

/** Who answers for the filter, if it asks anybody. */
async function nameAgent(
  { trace }: Context,
  monitor: ContainerMonitor,
  { plan, pid, spec, filter: { profile } }: PreparedContainer,
): Promise<void> {
  if (profile?.listenerPath === undefined) return
  const { id, rootfs } = plan.subject
  const state = containerProcessState({ spec, profile, id, pid, bundle: rootfs.target })
  trace('shim', 'seccomp-agent', { path: profile.listenerPath })
  await monitor.seccompAgent({ path: profile.listenerPath, state })
}

function startRequest({ idMaps, stdio, namespaces }: RunPlan): StartRequest {
  const byClone = namespaces.filter(({ type }) => type === 'pid' || type === 'user')
  return {
    cloneFlags: cloneFlags(byClone),
    // A namespace around one that exists, or around none, the kernel does not allow or heed.
    guardFlags: isOwn(namespaces, 'pid') ? CLONE.pid : 0,
    joins: joinsOf(namespaces),
    uidMap: mapText(idMaps?.uid ?? []),
    gidMap: mapText(idMaps?.gid ?? []),
    setgroups: 'allow',
    stdio,
    lostNotice: 'tsbuild: the guard of the container was killed, and the container with it',
  }
}

/** In slirp4netns's words; its plain warnings name neither step. */
const CONFINEMENT_REFUSED = /(create_sandbox|enable_seccomp) failed/

/** The helper starts beside the mounts; where its own confinement is refused it goes without. */
async function performWithNetwork(
  context: Context,
  monitor: ContainerMonitor,
  { pid, plan }: Pick<PreparedContainer, 'pid' | 'plan'>,
  ops: readonly Op[],
): Promise<void> {
  const helper = (confined: boolean) =>
    slirpHelper(context, { pid, userNamespace: plan.idMaps !== undefined, confined })
  const confined = helper(true)
  try {
    await performOps(context, monitor, ops, [confined])
  } catch (error) {
    if (!(error instanceof HelperFailed) || !CONFINEMENT_REFUSED.test(error.output)) throw error
    context.trace('network', 'unconfined', { output: error.output })
    await performOps(context, monitor, [], [helper(false)])
  }
}
