// SPDX-License-Identifier: Apache-2.0
import type { ContainerMonitor, Files, HelperRequest } from '../../native-shim/container-monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import { ShimError } from '../../native-shim/shim-error.ts'
import type { Context } from '../context.ts'
import { fallbackOf } from './fallback.ts'

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
  trace('shim', 'ops', { ops: ops.map(readable), helpers: helpers.map(({ argv }) => argv) })
  try {
    return await monitor.perform(ops, helpers)
  } catch (error) {
    if (!(error instanceof ShimError)) throw error
    const fallback = fallbackOf(ops[error.index], error)
    if (fallback === undefined) throw error
    trace('shim', 'fallback', { op: error.where, detail: error.detail, code: error.code })
    if (fallback.warning !== undefined) warn(fallback.warning)
    return performOps({ trace, warn }, monitor, [...fallback.ops, ...ops.slice(error.index + 1)])
  }
}

/** An op for the trace: lists as lists, programs by their size. */
function readable([name, ...args]: Op): readonly unknown[] {
  return [name, ...args.map((arg) => (arg instanceof Uint8Array ? readableBytes(name, arg) : arg))]
}

function readableBytes(name: string, bytes: Uint8Array): unknown {
  if (name === 'seccomp') return `${bytes.length / 8} instructions`
  return Buffer.from(bytes).toString().split('\0').slice(0, -1)
}
