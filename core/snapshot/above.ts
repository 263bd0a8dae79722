// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import type { Driver } from '../store/container-record.ts'
import { withStoreLock } from '../store/lock-store.ts'
import { createSnapshot, type NewSnapshot } from './create.ts'
import { fillSnapshot } from './fill.ts'
import { withRootfs } from './mount.ts'

export interface Stack {
  readonly driver: Driver
  /** Keys of snapshots, the lowest first; none starts with nothing. */
  readonly below: readonly string[]
}

/** A new snapshot, locked, that goes on where others end. */
export async function createAbove(
  context: Context,
  { driver, below }: Stack,
): Promise<NewSnapshot> {
  const snapshot = withStoreLock(context, () => createSnapshot(context))
  try {
    await fillSnapshot(context, { to: snapshot.key, below, driver })
    return snapshot
  } catch (error) {
    snapshot.discard()
    throw error
  }
}

/**
 * Gives `read` the root directory (O_PATH) of what these snapshots are together. An overlay wants
 * one above them to write to: nothing is written there.
 *
 * @param stack.name how messages call it
 */
export async function withStack<Result>(
  context: Context,
  { name, driver, below }: Stack & { readonly name: string },
  read: (rootFd: number) => Promise<Result>,
): Promise<Result> {
  const { key, discard } = await createAbove(context, { driver, below })
  const layers = driver === 'copy' ? [] : below
  try {
    return await withRootfs(context, { name, driver, layers, active: key }, read)
  } finally {
    discard()
  }
}
