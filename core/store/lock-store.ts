// SPDX-License-Identifier: Apache-2.0
import type { Monitor } from '../../native-shim/monitor.ts'
import type { Context } from '../context.ts'
import { namespaceUnavailable } from '../runtime/namespaces.ts'
import { storeLockPath } from './layout.ts'

/**
 * Does `action` while nobody else makes, changes or drops a record or a snapshot. Short things
 * only. Whoever holds a container's lock may wait for this one, never the other way round.
 */
export function withStoreLock<Result>(context: Context, action: () => Result): Result {
  const lock = monitorOf(context).lock(storeLockPath(context.paths.root), 'exclusive')
  try {
    return action()
  } finally {
    lock.release()
  }
}

/** Each lock is a descriptor of the monitor's, which has a bound for them. */
export const LOCKS_AT_ONCE = 256

/** @throws TsbuildError NAMESPACE_UNAVAILABLE where the launcher could not enter a namespace */
export function monitorOf({ monitor, rights }: Pick<Context, 'monitor' | 'rights'>): Monitor {
  if (monitor === undefined) throw namespaceUnavailable(rights)
  return monitor
}
