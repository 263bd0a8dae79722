// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import type { StdioMode } from '../../native-shim/messages.ts'
import type { Monitor } from '../../native-shim/monitor.ts'
import {
  launcherProgram,
  type ShimProcess,
  type StepStdin,
  startShim,
} from '../../native-shim/shim-process.ts'
import type { Context } from '../context.ts'
import { findHooks } from '../hooks/hooks.ts'
import { TsbuildError } from '../lib/errors.ts'
import { unmountRootfs } from '../snapshot/mount.ts'
import { settleLoans } from './bare/journal.ts'
import { type PrepareOptions, prepareContainer, startProgram } from './container.ts'
import { runFailure } from './failure.ts'
import { mountPrivateFolder } from './generated-files.ts'
import { monitorOfRun } from './namespaces.ts'
import { releaseNetworks } from './network.ts'
import { refuseLimits } from './process-plan.ts'
import {
  type ProgramRequest,
  planRun,
  type RunPlan,
  type RunSubject,
  seccompRequest,
} from './run-plan.ts'
import { type SeccompFilter, seccompFilter } from './seccomp-option.ts'

/** A program that a build runs. */
export interface StepRequest extends Omit<ProgramRequest, 'user' | 'workingdir'> {
  readonly subject: RunSubject
  /** All of it, `NAME=value`; PATH, HOME and HOSTNAME are added where they are missing. */
  readonly env: readonly string[]
  readonly user: string
  readonly workingdir: string
  readonly stdin: StepStdin
}

/** Takes what a step writes, as it comes; the step waits while a promise is pending. */
export interface StepOutput {
  stdout(chunk: Buffer): void | Promise<void>
  stderr(chunk: Buffer): void | Promise<void>
}

export interface StepResult {
  /** Exit status, 128 + n for signal n. */
  readonly status: number
  /** Of the program and all that it waited for, getrusage(2). */
  readonly userMicros: number
  readonly systemMicros: number
  readonly maxRssKib: number
}

/**
 * Runs a program to its end. Any number may run at once, each under
 * a monitor of its own; if this process dies, they end. From the main thread only.
 *
 * When it returns or throws, no process of the step is left, but for slirp4netns, which the kernel
 * needs some 20 ms to end, and no file but what the step wrote to its root file system.
 *
 * @param signal ends the step at once
 * @throws the signal's reason
 * @throws whatever `output` throws, which ends the step, too
 * @throws TsbuildError as `run` does: exit code 127 or 126 for a program that is not there or
 *   cannot be executed, RUNTIME_FAILED when somebody killed the monitor
 */
export async function runStep(
  context: Context,
  request: StepRequest,
  output: StepOutput,
  signal: AbortSignal,
): Promise<StepResult> {
  signal.throwIfAborted()
  const plan = planOf(context, request)
  const monitor = monitorOfRun(context, plan)
  refuseLimits(plan.process.limits)
  const common = commonOf(context, monitor)
  const drops: (() => void)[] = []
  const hooks = await findHooks(context, request.options)
  const filter = await filterOf(context, common, plan, { wantsProfile: hooks.length > 0 })
  const folder = mkdtempSync(`${common.folder}/step-`)
  try {
    const shim = await newShim(request)
    const work = () =>
      runIn(shim, warningOnce(context, common), plan, { folder, filter, hooks, drops })
    try {
      return await watched(shim, output, signal, work)
    } finally {
      shim.hangUp()
      await shim.ended
      if (plan.runtime !== undefined) unmountRootfs(context, plan.subject.rootfs)
      const { rootfs } = plan.subject
      if (rootfs.kind === 'directory') await settleLoans(dirname(rootfs.path))
    }
  } finally {
    for (const drop of drops) drop()
    releaseNetworks(monitor, folder)
    rmSync(folder, { recursive: true })
  }
}

/** What the steps of this process share. */
interface Common {
  /** What was warned about. */
  readonly warned: Set<string>
  /** A folder for each step goes here. */
  readonly folder: string
  /** By their requests. */
  readonly filters: Map<string, Promise<SeccompFilter>>
}

const commons = new WeakMap<Monitor, Common>()

function commonOf(context: Context, monitor: Monitor): Common {
  const known = commons.get(monitor)
  if (known !== undefined) return known
  const folder = mountPrivateFolder(context, monitor)
  const common = { warned: new Set<string>(), folder, filters: new Map() }
  commons.set(monitor, common)
  return common
}

const warningOnce = (context: Context, { warned }: Common): Context => ({
  ...context,
  warn: (message) => {
    if (!warned.has(message)) context.warn(message)
    warned.add(message)
  },
})

function filterOf(
  { paths }: Context,
  { filters }: Common,
  plan: RunPlan,
  wants: { readonly wantsProfile: boolean },
): Promise<SeccompFilter> {
  const request = seccompRequest(plan, wants)
  const key = JSON.stringify(request)
  const filter = filters.get(key) ?? seccompFilter(request, paths)
  filters.set(key, filter)
  return filter
}

function planOf(context: Context, request: StepRequest): RunPlan {
  const { subject, env, stdin: _asked, ...rest } = request
  const config = { ...subject.config, Env: [...env] }
  return planRun(
    context,
    { ...subject, config },
    { ...rest, env: [] },
    // Pipes of the monitor's own: Node's are sockets, which /dev/stdout cannot open.
    {
      terminal: false,
      terminalSize: undefined,
      stdio: [stdinOf(context, request), 'pipe', 'pipe'],
    },
  )
}

/** A terminal of the host is never given to a container. */
const stdinOf = ({ rights }: Context, { stdin }: StepRequest): StdioMode =>
  stdin === 'inherit' && rights.terminals[0] ? 'pipe' : stdin

async function newShim(request: StepRequest): Promise<ShimProcess> {
  try {
    return await startShim(launcherProgram(), request)
  } catch (cause) {
    throw new TsbuildError('RUNTIME_FAILED', 'cannot start the monitor of a container', {
      cause,
      hint: 'too many processes or open files may be the reason: ulimit -u, ulimit -n',
    })
  }
}

/** Does `work` while what the shim writes is passed on; both end when one of them fails. */
async function watched<Result>(
  shim: ShimProcess,
  output: StepOutput,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const broken = new AbortController()
  const ending = AbortSignal.any([signal, broken.signal])
  ending.throwIfAborted()
  ending.addEventListener('abort', shim.hangUp)
  const copies = [copy(shim.stdout, output.stdout), copy(shim.stderr, output.stderr)]
  const copied = Promise.all(copies).catch((error: unknown) => broken.abort(error))
  try {
    const result = await work()
    await copied
    ending.throwIfAborted()
    return result
  } catch (error) {
    ending.throwIfAborted()
    throw error
  } finally {
    ending.removeEventListener('abort', shim.hangUp)
  }
}

async function copy(from: Readable, take: StepOutput['stdout']): Promise<void> {
  for await (const chunk of from) await take(chunk)
}

async function runIn(
  shim: ShimProcess,
  context: Context,
  plan: RunPlan,
  options: PrepareOptions,
): Promise<StepResult> {
  try {
    const container = await prepareContainer(context, shim, plan, options)
    await startProgram(context, shim, container)
    const { code, signal, userMicros, systemMicros, maxRssKib } = await shim.exit()
    return { status: signal === 0 ? code : 128 + signal, userMicros, systemMicros, maxRssKib }
  } catch (error) {
    throw runFailure(error, plan.args[0])
  }
}
