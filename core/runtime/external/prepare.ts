// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor } from '../../../native-shim/container-monitor.ts'
import type { Context } from '../../context.ts'
import { withHooks } from '../../hooks/hooks.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { cniView, networkView } from '../../network/view.ts'
import type { HostMounts } from '../../spec/extra-mounts.ts'
import { isOwn } from '../../spec/namespaces.ts'
import type { PreparedContainer, PrepareOptions } from '../container.ts'
import { writeGeneratedFiles } from '../generated-files.ts'
import { joinNetworks, performConnected } from '../network.ts'
import type { HostSide } from '../prepare.ts'
import type { RunPlan } from '../run-plan.ts'
import { specOf } from '../run-spec.ts'
import { noteSharedRun } from '../running.ts'
import { volumeFacts } from '../volume-facts.ts'

export interface RuntimeOptions extends Omit<PrepareOptions, 'drops'> {
  readonly hostSide: HostSide
  readonly hostMounts: HostMounts | undefined
}

/**
 * A container that an OCI runtime is to make, with its spec complete. What our own engine does for
 * any container is handed in, so that what drives runtimes can be a bundle of its own.
 *
 * @throws TsbuildError of the spec, RUNTIME_FAILED without the runtime
 */
export async function prepareForRuntime(
  context: Context,
  monitor: ContainerMonitor,
  plan: RunPlan,
  { folder, filter, hooks, hostSide, hostMounts }: RuntimeOptions,
): Promise<PreparedContainer> {
  if (hostSide === 'mapped') throw otherIds()
  const { prepareExternal } = await import('./external-main.ts')
  const { network } = plan
  const { defaults } = plan.request
  const view = network.kind === 'cni' ? cniView([], defaults) : networkView(network, defaults)
  const generatedFiles = writeGeneratedFiles(context, plan, { folder, view })
  const { volume = [], mount = [] } = plan.request.options
  const hasBindMounts = [...volume, ...mount].length > 0
  const volumes = volumeFacts(plan, hostMounts)
  const common = { plan, filter, setgroupsDenied: false, folder, volumes }
  const external = await prepareExternal(context, monitor, {
    plan,
    folder,
    volumes,
    specOf: async (accounts) => {
      const found = { ...accounts, generatedFiles, hostMounts, seccomp: filter.profile }
      const spec = specOf(context, plan, found)
      const hooked = await withHooks({ spec, filter }, { hooks, folder, hasBindMounts })
      return hooked.spec
    },
    connect: async (pid) => {
      if (network.kind === 'cni') {
        // Addresses are known only now: they go into the files that the container has already.
        const joined = await joinNetworks(context, monitor, { plan, pid }, folder)
        writeGeneratedFiles(context, plan, { folder, view: joined })
      }
      await performConnected(context, monitor, { pid, plan }, [])
      const { id, name } = plan.subject
      if (!isOwn(plan.namespaces, 'pid'))
        await noteSharedRun(context, monitor, { id, pid, container: name })
    },
  })
  return { ...common, pid: 0, spec: external.spec, external }
}

/** Our own init shows the files of the host's root with other ids; a runtime of others does not. */
const otherIds = () =>
  new TsbuildError('NAMESPACE_UNAVAILABLE', 'OCI runtimes get no id maps from the host’s root', {
    hint: 'leave out --runtime, or the options --userns…',
  })
