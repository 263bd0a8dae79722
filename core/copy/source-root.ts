// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { withStack } from '../snapshot/above.ts'
import { storeDriver } from '../snapshot/driver.ts'
import { withRootfs } from '../snapshot/mount.ts'
import { dropMountPoints } from '../snapshot/mount-points.ts'
import { ownersOf } from '../snapshot/rules.ts'
import type { ContainerRecord } from '../store/container-record.ts'
import { findContainer } from '../store/containers.ts'
import { withContent } from '../store/content-lock.ts'
import { findImage } from '../store/images.ts'
import { withContainer } from '../store/lock-container.ts'
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
  return withContainer(context, container.id, async (record) => {
    await dropMountPoints(context, record, 'all')
    return withRootfs(context, record, (rootFd) =>
      read({ rootFd, owners: ownersIn(context, record) }),
    )
  })
}

const ownersIn = (context: Context, { layers, active }: ContainerRecord) =>
  ownersOf(context, [...layers, active])

function containerIfAny(context: Context, name: string): ContainerRecord | undefined {
  try {
    return findContainer(context, name)
  } catch (error) {
    if (error instanceof TsbuildError && error.code === 'CONTAINER_UNKNOWN') return undefined
    throw error
  }
}

function withImageRoot<Result>(
  context: Context,
  name: string,
  read: Read<Result>,
): Promise<Result> {
  const below = findImage(context, name).record.layers.flatMap(({ snapshots }) => snapshots)
  return withStack(context, { name, driver: storeDriver(context), below }, (rootFd) =>
    read({ rootFd, owners: ownersOf(context, below) }),
  )
}
