// SPDX-License-Identifier: Apache-2.0
/**
 * What the launcher starts in place of the command, to run steps without a build: options and
 * orders as the JSON of argv[3]. The programs' output is passed on, then follows a line of JSON.
 */
import { closeSync, openSync } from 'node:fs'
import { createContext } from '../../../core/context.ts'
import { TsbuildError } from '../../../core/lib/errors.ts'
import { runStep, type StepOutput } from '../../../core/runtime/run-step.ts'
import { rootfsOf } from '../../../core/snapshot/rootfs.ts'
import { lockContainer } from '../../../core/store/lock-container.ts'

/** All steps run at once. */
export interface Orders {
  readonly root: string
  readonly runroot: string
  readonly steps: readonly Order[]
  /** Aborts all when so many steps have said `up`. */
  readonly abortAt?: number
}

export interface Order {
  readonly container: string
  readonly args: readonly string[]
  readonly env?: readonly string[]
  readonly user?: string
  readonly workingdir?: string
  readonly network?: 'none' | 'slirp4netns'
  readonly seccomp?: 'unconfined'
  /** Throws when something is written. */
  readonly outputBreaks?: boolean
  /** Leaves next to no descriptor for what is to come. */
  readonly usesUpDescriptors?: boolean
}

export interface Report {
  readonly status?: number
  readonly maxRssKib?: number
  readonly error?: string
  readonly hint?: string | undefined
  readonly exitCode?: number
  readonly stdout: string
  readonly stderr: string
  /** Chunks of one stream that were handed over while another was being taken. */
  readonly overtaken: number
}

const orders: Orders = JSON.parse(process.argv[3] ?? '')
const context = createContext(orders)
const abort = new AbortController()
let up = 0

async function report(order: Order): Promise<Report> {
  const taken = { stdout: '', stderr: '', overtaken: 0 }
  const output = { stdout: taker(taken, 'stdout', order), stderr: taker(taken, 'stderr', order) }
  try {
    const { status, maxRssKib } = await step(order, output)
    return { status, maxRssKib, ...taken }
  } catch (error) {
    if (!(error instanceof TsbuildError)) return { error: String(error), ...taken }
    const { code, message, hint, exitCode } = error
    return { error: `${code}: ${message}`, hint, exitCode, ...taken }
  }
}

async function step({ container, network = 'none', seccomp, ...order }: Order, output: StepOutput) {
  const record = await lockContainer(context, container)
  const request = {
    ...{
      env: [],
      user: '',
      workingdir: '/',
      hostname: undefined,
      defaults: {},
      stdin: 'null' as const,
    },
    options: {
      network: [network],
      ...(seccomp !== undefined && { securityOpt: [`seccomp=${seccomp}`] }),
    },
    ...order,
    subject: { ...record, rootfs: rootfsOf(context, record) },
  }
  if (order.usesUpDescriptors === true) useUpDescriptors()
  return runStep(context, request, output, abort.signal)
}

function useUpDescriptors(): void {
  const open: number[] = []
  try {
    for (;;) open.push(openSync('/dev/null', 'r'))
  } catch {
    for (const fd of open.slice(-4)) closeSync(fd)
  }
}

function taker(
  taken: { stdout: string; stderr: string; overtaken: number },
  stream: 'stdout' | 'stderr',
  { outputBreaks = false }: Order,
): StepOutput['stdout'] {
  let pending = 0
  return async (chunk) => {
    if (outputBreaks) throw new RangeError('the output broke')
    if (pending > 0) taken.overtaken += 1
    pending += 1
    taken[stream] += chunk
    process[stream].write(chunk)
    if (chunk.includes('up') && ++up === orders.abortAt) abort.abort()
    await new Promise((resolve) => setImmediate(resolve))
    pending -= 1
  }
}

const reports = await Promise.all(orders.steps.map(report))
process.stdout.write(`\n${JSON.stringify(reports)}\n`)
