// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor, StartRequest } from '../../native-shim/container-monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Context } from '../context.ts'
import type { HookFile } from '../hooks/hook-file.ts'
import { runtimeHooks, withHooks } from '../hooks/hooks.ts'
import { networkView } from '../network/view.ts'
import { changesIds } from '../spec/id-maps.ts'
import { isApart, isOwn } from '../spec/namespaces.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import { prepareBare, startBare } from './bare/bare.ts'
import { compileSpec } from './compile.ts'
import { writeGeneratedFiles } from './generated-files.ts'
import { CLONE } from './kernel.ts'
import {
  cloneFlags,
  isBare,
  isHostRoot,
  isSetgroupsDenied,
  joinsOf,
  mapText,
} from './namespaces.ts'
import { performConnected } from './network.ts'
import { performOps } from './perform.ts'
import { accountFiles, type HostSide, prepareOps } from './prepare.ts'
import { warnOfAccess } from './process-plan.ts'
import type { RunPlan } from './run-plan.ts'
import { specOf } from './run-spec.ts'
import { noteSharedRun } from './running.ts'
import { nameSeccompAgent } from './seccomp-agent.ts'
import type { SeccompFilter } from './seccomp-option.ts'

export interface PrepareOptions {
  /** For the generated files of this container, on a file system that init will see. */
  readonly folder: string
  readonly filter: SeccompFilter
  readonly hooks: readonly HookFile[]
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
  { folder, filter, hooks }: PrepareOptions,
): Promise<PreparedContainer> {
  if (isBare(plan, context.rights)) {
    return prepareBare(context, monitor, plan, { folder, filter, hooks })
  }
  const pid = await monitor.start(startRequest(plan))
  context.trace('shim', 'init', { pid })
  const setgroupsDenied = !isHostRoot(context.rights) && isSetgroupsDenied()
  const { id, rootfs } = plan.subject
  const leaveGroups = setgroupsDenied || plan.process.groups.keep
  const { namespaces } = plan
  const hostSide = hostSideOf(context.rights, plan)
  const ops = prepareOps({ id, rootfs, namespaces, leaveGroups, hostSide })
  const files = await performOps(context, monitor, ops)
  const view = networkView(plan.network, plan.request.defaults)
  const generatedFiles = writeGeneratedFiles(context, plan, { folder, view })
  const spec = specOf(context, plan, {
    generatedFiles,
    seccomp: filter.profile,
    passwd: files.get(accountFiles.passwd)?.toString(),
    group: files.get(accountFiles.group)?.toString(),
  })
  const { volume = [], mount = [] } = plan.request.options
  const hasBindMounts = [...volume, ...mount].length > 0
  const hooked = await withHooks({ spec, filter }, { hooks, folder, hasBindMounts })
  return { plan, pid, ...hooked, setgroupsDenied, folder }
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
  const { plan, spec, filter, setgroupsDenied } = container
  if (isBare(plan, context.rights)) {
    return startBare(context, monitor, container)
  }
  warnOfAccess(context, plan.process)
  const mayMakeNodes = isHostRoot(context.rights) && !isApart(plan.namespaces, 'user')
  const hooks = await runtimeHooks(context, monitor, container)
  const facts = {
    mayMakeNodes,
    setgroupsDenied,
    sharesDev: plan.isolation === 'chroot',
    guardEnds: !isOwn(plan.namespaces, 'pid'),
    seccomp: filter.program,
  }
  const ops = compileSpec(spec, { ...facts, hooks: hooks?.ops })
  const late = hooks === undefined ? [] : ops.splice(pivotOf(ops))
  await performConnected(context, monitor, container, ops)
  await hooks?.beforePivot()
  if (late.length > 0) await performOps(context, monitor, late)
  await nameSeccompAgent(context, monitor, container)
  if (facts.guardEnds) {
    const { id, name } = plan.subject
    await noteSharedRun(context, monitor, { id, pid: container.pid, container: name })
  }
  await monitor.run()
  await hooks?.afterStart()
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
