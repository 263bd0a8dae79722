// SPDX-License-Identifier: Apache-2.0
import type { Busy, Lock, Monitor } from '../../native-shim/monitor.ts'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { recoverNetworks } from '../network/recover.ts'
import { settleLoans } from '../runtime/bare/journal.ts'
import { readonlyStore } from './check-store.ts'
import type { ContainerRecord } from './container-record.ts'
import { findContainer, readContainer } from './containers.ts'
import { containerLockPath, snapshotName } from './layout.ts'
import { monitorOf } from './lock-store.ts'

/**
 * The record of a container that is ours until this process ends: two overlays on one upper
 * directory damage it, so nobody else may use the container meanwhile. Waits for whoever does now,
 * and says so.
 *
 * @throws TsbuildError CONTAINER_UNKNOWN, also when it was removed while we waited
 */
export async function lockContainer(context: Context, nameOrId: string): Promise<ContainerRecord> {
  return (await takeContainer(context, nameOrId)).record
}

/** The same for as long as `action` takes. */
export async function withContainer<Result>(
  context: Context,
  nameOrId: string,
  action: (record: ContainerRecord) => Result | Promise<Result>,
): Promise<Result> {
  const { record, lock } = await takeContainer(context, nameOrId)
  try {
    return await action(record)
  } finally {
    lock.release()
  }
}

async function takeContainer(
  context: Context,
  nameOrId: string,
): Promise<{ record: ContainerRecord; lock: Lock }> {
  await recoverNetworks(context)
  const monitor = monitorOf(context)
  const { id, name } = findContainer(context, nameOrId)
  const path = containerLockPath(context.paths.root, id)
  const first = tryLock(context, monitor, path)
  if ('holder' in first) context.warn(`waiting for container ${name}: ${userOf(first)} uses it`)
  const lock = 'holder' in first ? monitor.lock(path, 'exclusive') : first
  const record = readContainer(context, id)
  if (record !== undefined) {
    if (record.driver === 'copy')
      await settleLoans(`${context.paths.root}/${snapshotName(record.active)}`)
    return { record, lock }
  }
  lock.release()
  throw new TsbuildError('CONTAINER_UNKNOWN', `container ${name} was removed meanwhile`, {
    hint: '"tsbuild containers" lists what there is',
  })
}

function tryLock({ paths }: Context, monitor: Monitor, path: string): Lock | Busy {
  try {
    return monitor.tryLock(path, 'exclusive')
  } catch (error) {
    throw hasCode(error, 'EROFS') ? readonlyStore(paths.root, error) : error
  }
}

/** Words for who holds a lock. */
export function userOf({ holder }: { readonly holder: number }): string {
  return holder === 0 ? 'another process' : `process ${holder}`
}
