// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor, Files, HelperRequest } from '../../native-shim/container-monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import { ShimError } from '../../native-shim/shim-error.ts'
import type { Context } from '../context.ts'
import { fallbackOf, type Loss, lossesText } from './fallback.ts'

/**
 * Has init perform the ops, and for one that the kernel refuses its second way, if it has one.
 *
 * @param helpers started beside them
 * @throws ShimError for the op that has none, HelperFailed
 */
export async function performOps(
  { trace, warn }: Pick<Context, 'trace' | 'warn'>,
  monitor: ContainerMonitor,
  ops: readonly Op[],
  helpers: readonly HelperRequest[] = [],
): Promise<Files> {
  const losses: Loss[] = []
  try {
    return await performRest({ trace, monitor, losses }, ops, helpers)
  } finally {
    if (losses.length > 0) warn(lossesText(losses))
  }
}

interface Performance extends Pick<Context, 'trace'> {
  readonly monitor: ContainerMonitor
  /** What second ways have lost so far. */
  readonly losses: Loss[]
}

async function performRest(
  performance: Performance,
  ops: readonly Op[],
  helpers: readonly HelperRequest[],
): Promise<Files> {
  const { trace, monitor, losses } = performance
  trace('shim', 'ops', { ops: ops.map(readable), helpers: helpers.map(({ argv }) => argv) })
  try {
    return await monitor.perform(ops, helpers)
  } catch (error) {
    if (!(error instanceof ShimError)) throw error
    const fallback = fallbackOf(ops[error.index], error)
    if (fallback === undefined) throw error
    trace('shim', 'fallback', { op: error.where, detail: error.detail, code: error.code })
    if (fallback.loss !== undefined) losses.push(fallback.loss)
    return performRest(performance, [...fallback.ops, ...ops.slice(error.index + 1)], [])
  }
}

/** An op for the trace: lists as lists, programs by their size. */
function readable([name, ...args]: Op): readonly unknown[] {
  return [name, ...args.map((arg) => (arg instanceof Uint8Array ? readableBytes(name, arg) : arg))]
}

function readableBytes(name: string, bytes: Uint8Array): unknown {
  if (name === 'seccomp' || name === 'seccomp-notify') return `${bytes.length / 8} instructions`
  return Buffer.from(bytes).toString().split('\0').slice(0, -1)
}
