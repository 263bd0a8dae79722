// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor } from '../../native-shim/container-monitor.ts'
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Context } from '../context.ts'
import { describeError, printable } from '../lib/errors.ts'
import type { PreparedContainer } from '../runtime/container.ts'
import { isOwn } from '../spec/namespaces.ts'
import { bundleIn, type HookStatus, stateText } from './bundle.ts'
import type { Hook, SpecStage } from './choose.ts'
import type { RuntimeHooks } from './hooks.ts'
import { argvOf, hookName, runHook, timeoutOf } from './run-hook.ts'

/** The container, as hooks are told of it. */
interface Hooked {
  readonly container: PreparedContainer
  readonly bundle: string
}

/**
 * Hands poststop hooks to the monitor, and says when the others are to run.
 *
 * @see OCI runtime-spec, runtime.md, "Lifecycle"
 */
export async function openHooks(
  context: Context,
  monitor: ContainerMonitor,
  container: PreparedContainer,
): Promise<RuntimeHooks> {
  const hooked = { container, bundle: bundleIn(container.folder) }
  const hasPoststart = hooksOf(hooked, 'poststart').length > 0
  if (hasPoststart) await monitor.hold()
  for (const hook of hooksOf(hooked, 'poststop')) await monitor.after(afterRequest(hooked, hook))
  return {
    ops: {
      createContainer: inContainer(hooked, 'createContainer', 'creating'),
      startContainer: inContainer(hooked, 'startContainer', 'created'),
    },
    beforePivot: async () => {
      await runOutside(hooked, 'prestart', 'creating')
      await runOutside(hooked, 'createRuntime', 'creating')
    },
    afterStart: async () => {
      if (!hasPoststart) return
      await runOutside(hooked, 'poststart', 'running').catch(warning(context))
      monitor.release()
    },
  }
}

const hooksOf = ({ container }: Hooked, stage: SpecStage): readonly Hook[] =>
  container.spec.hooks?.[stage] ?? []

/** @param pid of init, as those see it who read this */
const state = ({ container, bundle }: Hooked, status: HookStatus, pid: number | undefined) =>
  stateText(container.spec, status, { id: container.plan.subject.id, bundle, pid })

async function runOutside(hooked: Hooked, stage: SpecStage, status: HookStatus): Promise<void> {
  const input = state(hooked, status, hooked.container.pid)
  for (const hook of hooksOf(hooked, stage)) await runHook(hooked, hook, { stage, input })
}

/** The program runs, and goes on. */
const warning = (context: Context) => (error: unknown) => {
  const [first = '', ...rest] = describeError(error).split('\n')
  context.warn([first.replace('tsbuild: cannot run the container: ', ''), ...rest].join('\n'))
}

function inContainer(hooked: Hooked, stage: SpecStage, status: HookStatus): Op[] {
  const { plan, pid } = hooked.container
  const ownPid = isOwn(plan.namespaces, 'pid') ? 1 : pid
  const input = Buffer.from(state(hooked, status, ownPid))
  return hooksOf(hooked, stage).map((hook) => {
    const lists = [packList(argvOf(hook)), packList(hook.env ?? [])] as const
    return ['hook', hookName(stage, hook), hook.path, ...lists, input, timeoutOf(hook)]
  })
}

function afterRequest(hooked: Hooked, hook: Hook) {
  const what = `tsbuild: warning: the ${printable(hookName('poststop', hook))}`
  return {
    program: hook.path,
    argv: argvOf(hook),
    env: hook.env ?? [],
    input: Buffer.from(state(hooked, 'stopped', undefined)),
    timeoutMs: timeoutOf(hook),
    notices: {
      notStarted: `${what} cannot be started: `,
      failed: `${what} failed: exit code `,
      tookTooLong: `${what} took longer than ${hook.timeout} s and was killed`,
    },
  }
}
