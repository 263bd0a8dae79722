// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { contentLockPath } from './layout.ts'
import { monitorOf } from './lock-store.ts'

/**
 * Does `action` while nobody reclaims: blobs and snapshots that no record names yet, or no longer,
 * stay. Whoever reclaims meanwhile leaves its garbage to the next.
 */
export async function withContent<Result>(
  context: Context,
  action: () => Promise<Result>,
): Promise<Result> {
  const lock = monitorOf(context).lock(contentLockPath(context.paths.root), 'shared')
  try {
    return await action()
  } finally {
    lock.release()
  }
}

/** Does `action` unless somebody works with content; then nothing, which gives undefined. */
export function unlessContentInUse<Result>(
  context: Context,
  action: () => Result,
): Result | undefined {
  const path = contentLockPath(context.paths.root)
  const lock = monitorOf(context).tryLock(path, 'exclusive')
  if ('holder' in lock) return undefined
  try {
    return action()
  } finally {
    lock.release()
  }
}
