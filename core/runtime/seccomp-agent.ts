// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor } from '../../native-shim/container-monitor.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { makesListener } from '../spec/seccomp/flags.ts'
import { containerProcessState } from '../spec/seccomp/process-state.ts'
import type { PreparedContainer } from './container.ts'

/**
 * Tells the monitor who answers for the container's filter, if that asks anybody.
 *
 * @throws TsbuildError SPEC_INVALID for a profile that names nobody
 */
export async function nameSeccompAgent(
  { trace }: Context,
  monitor: ContainerMonitor,
  { plan, pid, spec, filter: { profile, program } }: PreparedContainer,
): Promise<void> {
  if (profile === undefined || program === undefined || !makesListener(program)) return
  const { listenerPath: path } = profile
  if (path === undefined)
    throw new TsbuildError('SPEC_INVALID', 'cannot ask anybody about system calls', {
      cause: new Error('the seccomp profile of a hook has SCMP_ACT_NOTIFY without listenerPath'),
      hint: 'give the path of the socket of a seccomp agent as listenerPath',
    })
  const { id, rootfs } = plan.subject
  const state = containerProcessState({ spec, profile, id, pid, bundle: rootfs.target })
  trace('shim', 'seccomp-agent', { path })
  await monitor.seccompAgent({ path, state })
}
