// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor } from '../../../native-shim/container-monitor.ts'
import type { Context } from '../../context.ts'
import { withHooks } from '../../hooks/hooks.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { cniView, networkView } from '../../network/view.ts'
import type { HostMounts } from '../../spec/extra-mounts.ts'
import { changesIds } from '../../spec/id-maps.ts'
import { isApart } from '../../spec/namespaces.ts'
import type { PreparedContainer, PrepareOptions } from '../container.ts'
import { writeGeneratedFiles } from '../generated-files.ts'
import { isHostRoot } from '../namespaces.ts'
import { joinNetworks, performConnected } from '../network.ts'
import type { RunPlan } from '../run-plan.ts'
import { specOf } from '../run-spec.ts'
import { volumeFacts } from '../volume-facts.ts'

export interface RuntimeOptions extends PrepareOptions {
  /** Has others find the container when it is made. */
  readonly note: (container: PreparedContainer) => Promise<void>
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
  { folder, filter, hooks, note, hostMounts }: RuntimeOptions,
): Promise<PreparedContainer> {
  refuseOtherIds(context, plan)
  const { prepareExternal } = await import('./external-main.ts')
  const { network } = plan
  const { defaults } = plan.request
  const view = network.kind === 'cni' ? cniView([], defaults) : networkView(network, defaults)
  const generatedFiles = writeGeneratedFiles(context, plan, { folder, view })
  const { volume = [], mount = [] } = plan.request.options
  const hasBindMounts = [...volume, ...mount].length > 0
  const volumes = volumeFacts(plan, hostMounts)
  if (volumes.owned.length > 0) throw notOwned()
  const common = { plan, filter, setgroupsDenied: false, folder, volumes }
  const external = await prepareExternal(context, monitor, {
    plan,
    folder,
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
      await note({ ...common, pid, spec: external.spec })
    },
  })
  return { ...common, pid: 0, spec: external.spec, external }
}

const notOwned = () =>
  new TsbuildError('USAGE', 'cannot have an OCI runtime give a volume to its user', {
    hint: 'leave out U, or --runtime',
  })

/** Our own init shows the files of the host's root with other ids; a runtime of others does not. */
function refuseOtherIds({ rights }: Context, { namespaces, idMaps }: RunPlan): void {
  if (!isHostRoot(rights) || !isApart(namespaces, 'user')) return
  if (idMaps !== undefined && !changesIds(idMaps)) return
  const message = 'cannot have an OCI runtime map the ids of a container of the host’s root'
  throw new TsbuildError('NAMESPACE_UNAVAILABLE', message, {
    hint: 'leave out --runtime, or the options --userns…',
  })
}
