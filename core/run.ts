// SPDX-License-Identifier: Apache-2.0
import type { Monitor } from '../native-shim/monitor.ts'
import { withCommand } from './config-history.ts'
import type { Context, Rights } from './context.ts'
import { engineConf } from './engine-conf/engine-conf.ts'
import { findHooks } from './hooks/hooks.ts'
import { TsbuildError } from './lib/errors.ts'
import { checkMounts } from './options/asked-mounts.ts'
import { mergeOptions } from './options/container-options.ts'
import { checkNetworkOptions } from './options/network-conflicts.ts'
import { parseTerminalSize } from './options/terminal-size.ts'
import { runSubject } from './run-subject.ts'
import { prepareContainer, startProgram } from './runtime/container.ts'
import { runFailure } from './runtime/failure.ts'
import { mountPrivateFolder } from './runtime/generated-files.ts'
import { monitorOfRun } from './runtime/namespaces.ts'
import { refuseLimits } from './runtime/process-plan.ts'
import {
  type ProgramRequest,
  planRun,
  type Surroundings,
  seccompRequest,
} from './runtime/run-plan.ts'
import { seccompFilter } from './runtime/seccomp-option.ts'
import type { RuntimeSpec } from './spec/schema.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { readContainer, writeContainer } from './store/containers.ts'
import { lockContainer } from './store/lock-container.ts'
import { withStoreLock } from './store/lock-store.ts'

/** What a user asks of `run`; undefined is "not said". */
export interface RunRequest extends Omit<ProgramRequest, 'defaults'> {
  /** Name or id of the working container. */
  readonly container: string
  /** A pty for the program; undefined: when stdin is a terminal. */
  readonly terminal: boolean | undefined
  /** COLUMNSxROWS. */
  readonly terminalSize: string | undefined
  readonly dryRun: boolean
  /** Whether the history of the image tells of a command that succeeds. */
  readonly addHistory: boolean
}

/**
 * Runs a command in a working container. When it returns, the program runs and belongs to the
 * monitor, which reports its exit status; this process is done; for the history it stays.
 *
 * @returns the OCI runtime spec; with `dryRun` that is all that comes of it, without it the default
 *   seccomp profile is left out
 * @throws TsbuildError with exit code 127 or 126 when the program is not found or not executable
 */
export async function run(context: Context, request: RunRequest): Promise<RuntimeSpec> {
  const { rights } = context
  checkMounts(request.options)
  checkNetworkOptions(request.options)
  const record = await lockContainer(context, request.container)
  checkWorkingDirectory(request.workingdir)
  const conf = await engineConf(context)
  const options = mergeOptions(conf.options, record.options ?? {}, request.options)
  const merged = { ...request, options, defaults: conf.defaults }
  const subject = await runSubject(context, record, options)
  const hooks = await findHooks(context, options)
  const plan = planRun(context, subject, merged, surroundingsOf(rights, request))
  const monitor = monitorOfRun(context, plan)
  if (!request.dryRun && plan.runtime === undefined) refuseLimits(plan.process.limits)
  try {
    const filter = await seccompFilter(
      seccompRequest(plan, { wantsProfile: request.dryRun || hooks.length > 0 }),
      context.paths,
    )
    const folder = mountPrivateFolder(context, monitor)
    const container = await prepareContainer(context, monitor, plan, {
      ...{ folder, filter, hooks, drops: [] },
    })
    if (request.dryRun) return container.spec
    if (request.addHistory) monitor.follow()
    await startProgram(context, monitor, container)
    if (request.addHistory) tellOfSuccess(context, monitor, { record, args: plan.args })
    return container.spec
  } catch (error) {
    throw runFailure(error, plan.args[0])
  }
}

/** As with buildah a command that failed is not told of. What ends it leaves us alone till then. */
function tellOfSuccess(
  context: Context,
  monitor: Monitor,
  { record, args }: { readonly record: ContainerRecord; readonly args: readonly string[] },
): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)
    process.on(signal, () => {})
  const { code, signal } = monitor.exit()
  if (code !== 0 || signal !== 0) return
  withStoreLock(context, () => {
    const current = readContainer(context, record.id) ?? record
    writeContainer(context, withCommand(current, { args, now: context.now() }))
  })
}

function checkWorkingDirectory(path: string | undefined): void {
  if (path === undefined || path.startsWith('/')) return
  throw new TsbuildError('USAGE', `option "--workingdir" cannot be ${JSON.stringify(path)}`, {
    hint: 'give an absolute path in the container',
  })
}

/** Files and pipes are handed on as they are; a terminal of the host never is. */
function surroundingsOf({ terminals }: Rights, request: RunRequest): Surroundings {
  const terminal = request.terminal ?? terminals[0]
  const mode = (isTerminal: boolean) => {
    if (terminal) return 'null' // until the container's own takes its place
    return isTerminal ? 'pipe' : 'inherit'
  }
  const [stdin, stdout, stderr] = terminals
  const { terminalSize: size } = request
  const terminalSize = size === undefined ? undefined : parseTerminalSize(size)
  return { terminal, terminalSize, stdio: [mode(stdin), mode(stdout), mode(stderr)] }
}
