// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { createSnapshot } from '../snapshot/create.ts'
import { storeDriver } from '../snapshot/driver.ts'
import { fillSnapshot } from '../snapshot/fill.ts'
import { withRootfs } from '../snapshot/mount.ts'
import type { MountedLayers } from '../snapshot/rootfs.ts'
import { ownersOf } from '../snapshot/rules.ts'
import type { ContainerRecord } from '../store/container-record.ts'
import { findContainer } from '../store/containers.ts'
import { withContent } from '../store/content-lock.ts'
import { findImage } from '../store/images.ts'
import { withContainer } from '../store/lock-container.ts'
import { withStoreLock } from '../store/lock-store.ts'
import type { SourceTree } from './origin.ts'

type Read<Result> = (source: SourceTree) => Promise<Result>

/**
 * Gives `read` the root of the container, or else of the image, that `name` means.
 *
 * @param target the container that is locked already, whose root is open
 * @throws TsbuildError IMAGE_UNKNOWN when it is neither
 */
export async function withSourceRoot<Result>(
  context: Context,
  { name, target }: { name: string; target: { record: ContainerRecord; rootFd: number } },
  read: Read<Result>,
): Promise<Result> {
  const container = containerIfAny(context, name)
  if (container === undefined) return withContent(context, () => withImageRoot(context, name, read))
  if (container.id === target.record.id)
    return read({ rootFd: target.rootFd, owners: ownersIn(context, target.record) })
  return withContainer(context, container.id, (record) => withTree(context, record, read))
}

const ownersIn = (context: Context, { layers, active }: MountedLayers) =>
  ownersOf(context, [...layers, active])

const withTree = <Result>(context: Context, record: MountedLayers, read: Read<Result>) =>
  withRootfs(context, record, (rootFd) => read({ rootFd, owners: ownersIn(context, record) }))

function containerIfAny(context: Context, name: string): ContainerRecord | undefined {
  try {
    return findContainer(context, name)
  } catch (error) {
    if (error instanceof TsbuildError && error.code === 'CONTAINER_UNKNOWN') return undefined
    throw error
  }
}

/** Nothing is written to the snapshot above it: an overlay wants one. */
async function withImageRoot<Result>(
  context: Context,
  name: string,
  read: Read<Result>,
): Promise<Result> {
  const driver = storeDriver(context)
  const layers = findImage(context, name).record.layers.flatMap(({ snapshots }) => snapshots)
  const snapshot = withStoreLock(context, () => createSnapshot(context))
  try {
    await fillSnapshot(context, { to: snapshot.key, below: layers, driver })
    const lower = driver === 'copy' ? [] : layers
    const record = { name, driver, layers: lower, active: snapshot.key }
    return await withTree(context, record, read)
  } finally {
    snapshot.discard()
  }
}
