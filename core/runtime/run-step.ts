// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Monitor } from '../../native-shim/monitor.ts'
import { launcherProgram, type ShimProcess, startShim } from '../../native-shim/shim-process.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { prepareContainer, startProgram } from './container.ts'
import { runFailure } from './failure.ts'
import { mountPrivateFolder } from './generated-files.ts'
import { namespaceUnavailable } from './namespaces.ts'
import { type ProgramRequest, planRun, type RunPlan, type RunSubject } from './run-plan.ts'

/** A program that a build runs. */
export interface StepRequest extends Omit<ProgramRequest, 'user' | 'workingdir'> {
  readonly subject: RunSubject
  /** All of it, `NAME=value`; PATH, HOME and HOSTNAME are added where they are missing. */
  readonly env: readonly string[]
  readonly user: string
  readonly workingdir: string
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
 * Runs a program to its end, with nothing to read on stdin. Any number may run at once, each under
 * a monitor of its own; if this process dies, they end. From the main thread only.
 *
 * When it returns or throws, no process of the step is left, and no file but its snapshot's.
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
  if (context.monitor === undefined) throw namespaceUnavailable(context.rights)
  signal.throwIfAborted()
  const folder = mkdtempSync(`${privateFolder(context, context.monitor)}/step-`)
  try {
    const plan = planOf(context, request)
    const shim = await newShim()
    try {
      return await watched(shim, output, signal, () => runIn(shim, { context, plan, folder }))
    } finally {
      shim.hangUp()
      await shim.ended
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One for all steps of this process, and a folder for each in it. */
const privateFolders = new WeakMap<Monitor, string>()

function privateFolder(context: Context, monitor: Monitor): string {
  const folder = privateFolders.get(monitor) ?? mountPrivateFolder(context, monitor)
  privateFolders.set(monitor, folder)
  return folder
}

function planOf(context: Context, request: StepRequest): RunPlan {
  const { subject, env, ...rest } = request
  const config = { ...subject.config, Env: [...env] }
  return planRun(
    context,
    { ...subject, config },
    { ...rest, env: [] },
    // Pipes of the monitor's own: Node's are sockets, which /dev/stdout cannot open.
    { terminal: false, stdio: ['null', 'pipe', 'pipe'], proxies: false },
  )
}

async function newShim(): Promise<ShimProcess> {
  try {
    return await startShim(launcherProgram())
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

interface Place {
  readonly context: Context
  readonly plan: RunPlan
  readonly folder: string
}

async function runIn(shim: ShimProcess, { context, plan, folder }: Place): Promise<StepResult> {
  try {
    const options = { folder, wantsProfile: false }
    const container = await prepareContainer(context, shim, plan, options)
    await startProgram(context, shim, container)
    const { code, signal, userMicros, systemMicros, maxRssKib } = await shim.exit()
    return { status: signal === 0 ? code : 128 + signal, userMicros, systemMicros, maxRssKib }
  } catch (error) {
    throw runFailure(error, plan.args[0])
  }
}
