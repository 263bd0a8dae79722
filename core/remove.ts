// SPDX-License-Identifier: Apache-2.0
import { rmSync } from 'node:fs'
import { normalizeReference } from '../images/reference.ts'
import type { Lock } from '../native-shim/monitor.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import { reclaim } from './snapshot/reclaim.ts'
import { dropCache } from './store/cache.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { dropContainer, findContainer, listContainers } from './store/containers.ts'
import { findImage, listImages, readNames, type StoredImage, writeNames } from './store/images.ts'
import { containerLockPath, recordPath } from './store/layout.ts'
import { userOf } from './store/lock-container.ts'
import { LOCKS_AT_ONCE, monitorOf, withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'

/** By name or id; 'all' for every one there is. */
export type Selection = readonly string[] | 'all'

/**
 * Removes working containers with their files. All of them are looked up and locked before the
 * first is removed, so that a mistake in one name removes nothing.
 *
 * @returns the ids of those that were removed
 * @throws TsbuildError CONTAINER_UNKNOWN; CONTAINER_BUSY for one that is in use
 */
export function removeContainers(
  context: Context,
  { containers }: { readonly containers: Selection },
): { removed: string[] } {
  openStore(context)
  const records =
    containers === 'all'
      ? listContainers(context)
      : containers.map((nameOrId) => findContainer(context, nameOrId))
  const unique = [...new Map(records.map((record) => [record.id, record])).values()]
  for (let done = 0; done < unique.length; done += LOCKS_AT_ONCE)
    dropAll(context, unique.slice(done, done + LOCKS_AT_ONCE))
  reclaim(context)
  return { removed: unique.map(({ id }) => id) }
}

function dropAll(context: Context, records: readonly ContainerRecord[]): void {
  const locks: Lock[] = []
  try {
    for (const record of records) locks.push(lockUnusedContainer(context, record))
    withStoreLock(context, () => {
      for (const record of records) {
        dropContainer(context, record)
        rmSync(containerLockPath(context.paths.root, record.id), { force: true })
      }
    })
  } finally {
    for (const lock of locks) lock.release()
  }
}

function lockUnusedContainer(context: Context, { id, name }: ContainerRecord): Lock {
  const path = containerLockPath(context.paths.root, id)
  const lock = monitorOf(context).tryLock(path, 'exclusive')
  if (!('holder' in lock)) return lock
  throw new TsbuildError('CONTAINER_BUSY', `container ${name} is used by ${userOf(lock)}`, {
    hint: 'wait until that has ended, or end it',
  })
}

export interface RemoveImagesRequest {
  readonly images: Selection
  /** Also those that containers were made from (they keep their files), or that have more names. */
  readonly force: boolean
  /** Instead: images without a name that nobody uses, and what build steps are kept for. */
  readonly prune: boolean
}

export interface RemovedImages {
  readonly untagged: string[]
  readonly deleted: string[]
}

/**
 * Takes names away, and removes images whose last name goes. Nothing is changed if one of the
 * images cannot be removed.
 *
 * @throws TsbuildError IMAGE_UNKNOWN, IMAGE_IN_USE
 */
export function removeImages(context: Context, request: RemoveImagesRequest): RemovedImages {
  openStore(context)
  const { root } = context.paths
  const removed = withStoreLock(context, () => {
    if (request.prune || request.images === 'all') dropCache(context)
    const images = request.prune ? danglingImages(context) : request.images
    const { names, result } = planRemoval(context, { ...request, images })
    // The names go first: killed in between, there are images without a name, and no lost names.
    writeNames(context, Object.fromEntries(names))
    for (const id of result.deleted) rmSync(recordPath(root, 'images', id), { force: true })
    return result
  })
  reclaim(context)
  return removed
}

function danglingImages(context: Context): string[] {
  const used = new Set(listContainers(context).map(({ image }) => image?.id))
  return listImages(context)
    .filter(({ id, names }) => names.length === 0 && !used.has(id))
    .map(({ id }) => id)
}

function planRemoval(context: Context, { images, force }: RemoveImagesRequest) {
  const names = new Map(Object.entries(readNames(context)))
  const result: RemovedImages = { untagged: [], deleted: [] }
  const targets = images === 'all' ? listImages(context).map(({ id }) => id) : images
  for (const text of targets) {
    const image = findImage(context, text)
    const own = image.names.filter((name) => names.has(name))
    const wanted = image.names.find((name) => name === normalizeReference(text))
    const going = wanted !== undefined && own.length > 1 ? [wanted] : own
    if (wanted === undefined && own.length > 1 && !force && images !== 'all') {
      throw severalNames(image)
    }
    if (going.length === own.length && !result.deleted.includes(image.id)) {
      if (!force) checkUnused(context, image)
      result.deleted.push(image.id)
    }
    for (const name of going) if (names.delete(name)) result.untagged.push(name)
  }
  return { names, result }
}

function severalNames({ id, names }: StoredImage): TsbuildError {
  const message = `image ${id.slice(0, 12)} has several names: ${names.join(', ')}`
  return new TsbuildError('IMAGE_IN_USE', message, {
    hint: 'remove it by one of its names to take that one away, or use --force',
  })
}

function checkUnused(context: Context, { id, names }: StoredImage): void {
  const user = listContainers(context).find(({ image }) => image?.id === id)
  if (user === undefined) return
  const message = `container ${user.name} was made from image ${names[0] ?? id.slice(0, 12)}`
  throw new TsbuildError('IMAGE_IN_USE', message, {
    hint: `remove the container first ("tsbuild rm ${user.name}"), or use --force`,
  })
}
