// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor, StartRequest } from '../../native-shim/container-monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Context } from '../context.ts'
import type { HookFile } from '../hooks/hook-file.ts'
import { runtimeHooks, withHooks } from '../hooks/hooks.ts'
import { changesIds } from '../spec/id-maps.ts'
import { isApart, isOwn } from '../spec/namespaces.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import { prepareBare, startBare } from './bare/bare.ts'
import { compileSpec } from './compile.ts'
import type { ExternalContainer } from './external/external-main.ts'
import { prepareForRuntime } from './external/prepare.ts'
import { writeGeneratedFiles } from './generated-files.ts'
import { CLONE } from './kernel.ts'
import type { VolumeFacts } from './mount-ops.ts'
import {
  cloneFlags,
  isBare,
  isHostRoot,
  isSetgroupsDenied,
  joinsOf,
  mapText,
} from './namespaces.ts'
import { joinNetworks, performConnected } from './network.ts'
import { performOps } from './perform.ts'
import { accountFiles, type HostSide, prepareOps } from './prepare.ts'
import { warnOfAccess } from './process-plan.ts'
import type { RunPlan } from './run-plan.ts'
import { specOf } from './run-spec.ts'
import { noteSharedRun } from './running.ts'
import { nameSeccompAgent } from './seccomp-agent.ts'
import type { SeccompFilter } from './seccomp-option.ts'
import { hostMountsOf, volumeFacts } from './volume-facts.ts'

export interface PrepareOptions {
  /** For the generated files of this container, on a file system that init will see. */
  readonly folder: string
  readonly filter: SeccompFilter
  readonly hooks: readonly HookFile[]
  /** Gets what is to be done when the container has ended; `run` leaves it to later commands. */
  readonly drops: (() => void)[]
}

/** A container whose init stands in its root file system. */
export interface PreparedContainer {
  readonly plan: RunPlan
  /** Of init, as the host's /proc numbers it. */
  readonly pid: number
  readonly spec: RuntimeSpec
  readonly filter: SeccompFilter
  readonly setgroupsDenied: boolean
  /** Of this container alone. */
  readonly folder: string
  readonly volumes: VolumeFacts
  /** Made by an OCI runtime; it has no init yet. */
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
  { folder, filter, hooks, drops }: PrepareOptions,
): Promise<PreparedContainer> {
  if (isBare(plan, context.rights)) {
    return prepareBare(context, monitor, plan, { folder, filter, hooks, drops })
  }
  const hostSide = hostSideOf(context.rights, plan)
  const hostMounts = await hostMountsOf(context, plan, { folder, drops, hostSide })
  if (plan.runtime !== undefined) {
    const options = { folder, filter, hooks, hostSide, hostMounts }
    return prepareForRuntime(context, monitor, plan, options)
  }
  const pid = await monitor.start(startRequest(plan))
  context.trace('shim', 'init', { pid })
  const setgroupsDenied = !isHostRoot(context.rights) && isSetgroupsDenied()
  const { id, rootfs } = plan.subject
  const leaveGroups = setgroupsDenied || plan.process.groups.keep
  const { namespaces } = plan
  const ops = prepareOps({ id, rootfs, namespaces, leaveGroups, hostSide })
  const files = await performOps(context, monitor, ops)
  const view = await joinNetworks(context, monitor, { plan, pid }, folder)
  const generatedFiles = writeGeneratedFiles(context, plan, { folder, view })
  const spec = specOf(context, plan, {
    generatedFiles,
    hostMounts,
    seccomp: filter.profile,
    passwd: files.get(accountFiles.passwd)?.toString(),
    group: files.get(accountFiles.group)?.toString(),
  })
  const { volume = [], mount = [] } = plan.request.options
  const hasBindMounts = [...volume, ...mount].length > 0
  const hooked = await withHooks({ spec, filter }, { hooks, folder, hasBindMounts })
  const volumes = volumeFacts(plan, hostMounts, hostSide)
  return { plan, pid, ...hooked, setgroupsDenied, folder, volumes }
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
  const { plan, spec, filter, setgroupsDenied, volumes } = container
  if (isBare(plan, context.rights)) {
    return startBare(context, monitor, container)
  }
  if (container.external !== undefined) return container.external.start()
  warnOfAccess(context, plan.process)
  const mayMakeNodes = isHostRoot(context.rights) && !isApart(plan.namespaces, 'user')
  const hooks = await runtimeHooks(context, monitor, container)
  const facts = {
    mayMakeNodes,
    setgroupsDenied,
    sharesDev: plan.isolation === 'chroot',
    guardEnds: !isOwn(plan.namespaces, 'pid'),
    seccomp: filter.program,
    volumes,
  }
  const ops = compileSpec(spec, { ...facts, hooks: hooks?.ops })
  const late = hooks === undefined ? [] : ops.splice(pivotOf(ops))
  await performConnected(context, monitor, container, ops)
  await hooks?.beforePivot()
  if (late.length > 0) await performOps(context, monitor, late)
  await nameSeccompAgent(context, monitor, container)
  await noteContainer(context, monitor, container)
  await monitor.run()
  await hooks?.afterStart()
}

/** What may be left of a container without a pid namespace of its own is found by this. */
async function noteContainer(
  context: Context,
  monitor: ContainerMonitor,
  { pid, plan: { namespaces, subject } }: PreparedContainer,
): Promise<void> {
  if (isOwn(namespaces, 'pid')) return
  const { id, name } = subject
  await noteSharedRun(context, monitor, { id, pid, container: name })
}

/** Only the host's root can show files with other ids, and needs to: it reaches what it stores. */
function hostSideOf(rights: Context['rights'], { namespaces, idMaps }: RunPlan): HostSide {
  if (!isHostRoot(rights) || !isApart(namespaces, 'user')) return 'no'
  return idMaps !== undefined && !changesIds(idMaps) ? 'same' : 'mapped'
}

/** Where all is mounted, and the host still in sight. */
const pivotOf = (ops: readonly Op[]): number =>
  ops.findIndex(([name]) => name === 'hook' || name === 'pivot')

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
