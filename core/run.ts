// SPDX-License-Identifier: Apache-2.0
import { HelperFailed, type Monitor, type StartRequest } from '../native-shim/monitor.ts'
import type { Op } from '../native-shim/ops.ts'
import type { Context } from './context.ts'
import { slirpHelper } from './network/slirp4netns.ts'
import { compileSpec } from './runtime/compile.ts'
import { runFailure } from './runtime/failure.ts'
import { writeGeneratedFiles } from './runtime/generated-files.ts'
import { CLONE } from './runtime/kernel.ts'
import {
  isHostRoot,
  isSetgroupsDenied,
  mapText,
  namespaceUnavailable,
} from './runtime/namespaces.ts'
import { performOps } from './runtime/perform.ts'
import { accountFiles, prepareOps } from './runtime/prepare.ts'
import { planRun, type RunPlan, type RunRequest } from './runtime/run-plan.ts'
import { specOf } from './runtime/run-spec.ts'
import { type SeccompFilter, seccompFilter } from './runtime/seccomp-option.ts'
import { rootfsOf } from './snapshot/rootfs.ts'
import type { GeneratedFile } from './spec/mounts.ts'
import type { RuntimeSpec } from './spec/schema.ts'
import { lockContainer } from './store/lock-container.ts'

export type { RunRequest } from './runtime/run-plan.ts'

/**
 * Runs a command in a working container. When it returns, the program runs and belongs to the
 * monitor, which reports its exit status; this process is done.
 *
 * @returns the OCI runtime spec; with `dryRun` that is all that comes of it, without it the default
 *   seccomp profile is left out
 * @throws TsbuildError with exit code 127 or 126 when the program is not found or not executable
 */
export async function run(context: Context, request: RunRequest): Promise<RuntimeSpec> {
  const { monitor } = context
  if (monitor === undefined) throw namespaceUnavailable(context.rights)
  const record = lockContainer(context, request.container)
  const plan = planRun(context, request, record)
  try {
    const filter = await seccompFilter(seccompRequest(request, plan))
    const generatedFiles = writeGeneratedFiles(context, monitor, { network: request.network, plan })
    const pid = monitor.start(startRequest(plan))
    context.trace('shim', 'init', { pid })
    const { spec, setgroupsDenied } = prepare(context, monitor, {
      request,
      plan,
      generatedFiles,
      filter,
    })
    if (request.dryRun) return spec
    const mayMakeNodes = isHostRoot(context.rights)
    const ops = compileSpec(spec, { mayMakeNodes, setgroupsDenied, seccomp: filter.program })
    if (request.network === 'slirp4netns') performWithNetwork(context, monitor, { ops, pid, plan })
    else performOps(context, monitor, ops)
    monitor.run()
    return spec
  } catch (error) {
    throw runFailure(error, plan.args[0])
  }
}

const seccompRequest = ({ seccomp, dryRun }: RunRequest, plan: RunPlan) => ({
  option: seccomp,
  capabilities: plan.capabilities,
  machine: plan.machine,
  wantsProfile: dryRun,
})

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

interface Prepared {
  readonly request: RunRequest
  readonly plan: RunPlan
  readonly generatedFiles: readonly GeneratedFile[]
  readonly filter: SeccompFilter
}

/** Namespaces and root file system, and with its accounts the spec. */
function prepare(
  context: Context,
  monitor: Monitor,
  { request, plan, generatedFiles, filter }: Prepared,
) {
  const { id, namespaces, record } = plan
  const setgroupsDenied = plan.idMaps !== undefined && isSetgroupsDenied()
  const rootfs = rootfsOf(context, record)
  const ops = prepareOps({ id, rootfs, namespaces, setgroupsDenied })
  const files = performOps(context, monitor, ops)
  const spec = specOf(context, request, plan, {
    rootfs: rootfs.target,
    generatedFiles,
    seccomp: filter.profile,
    passwd: files.get(accountFiles.passwd)?.toString(),
    group: files.get(accountFiles.group)?.toString(),
  })
  return { spec, setgroupsDenied }
}

interface NetworkRun {
  readonly ops: readonly Op[]
  readonly pid: number
  readonly plan: RunPlan
}

/** In slirp4netns's words; its plain warnings name neither step. */
const CONFINEMENT_REFUSED = /(create_sandbox|enable_seccomp) failed/

/** The helper starts beside the mounts; where its own confinement is refused it goes without. */
function performWithNetwork(context: Context, monitor: Monitor, { ops, pid, plan }: NetworkRun) {
  const helper = (confined: boolean) =>
    slirpHelper(context, { pid, userNamespace: plan.idMaps !== undefined, confined })
  const confined = helper(true)
  try {
    performOps(context, monitor, ops, [confined])
  } catch (error) {
    if (!(error instanceof HelperFailed) || !CONFINEMENT_REFUSED.test(error.output)) throw error
    context.trace('network', 'unconfined', { output: error.output })
    performOps(context, monitor, [], [helper(false)])
  }
}
