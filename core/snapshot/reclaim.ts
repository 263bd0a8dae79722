// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readlinkSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { digestHex } from '../../images/digest.ts'
import type { Lock } from '../../native-shim/monitor.ts'
import type { Context } from '../context.ts'
import { TEMPORARY_SUFFIX } from '../lib/files.ts'
import { listCache } from '../store/cache.ts'
import { listContainers, readContainer } from '../store/containers.ts'
import { unlessContentInUse } from '../store/content-lock.ts'
import { listImages } from '../store/images.ts'
import { folders, isId, snapshotLockPath, snapshotName } from '../store/layout.ts'
import { LOCKS_AT_ONCE, monitorOf, withStoreLock } from '../store/lock-store.ts'
import { removeDeadCgroups } from '../store/runtime-cgroups.ts'
import { removeSnapshot } from './create.ts'

/**
 * Removes what no record names and nobody works on: snapshots of removed containers and images,
 * and what commands left that were killed. What cannot be removed is warned about, and tried
 * again by the next command that changes the store, as is all of it while a long command works
 * with content that no record names.
 */
export function reclaim(context: Context): void {
  unlessContentInUse(context, () =>
    withStoreLock(context, () => {
      removeTemporaryFiles(context.paths.root)
      removeBlobs(context)
      removeContainerLocks(context)
      removeDeadCgroups(context)
    }),
  )
  reclaimSnapshots(context)
}

/** What is locked is ours alone, so nobody need wait while large trees go. */
function reclaimSnapshots(context: Context): void {
  const tried = new Set<string>()
  for (let count = LOCKS_AT_ONCE; count === LOCKS_AT_ONCE; ) {
    const find = () => withStoreLock(context, () => lockUnused(context, tried))
    const unused = unlessContentInUse(context, find) ?? []
    for (const snapshot of unused) remove(context, snapshot)
    for (const { key } of unused) tried.add(key)
    count = unused.length
  }
}

function remove(context: Context, { key, lock }: Unused): void {
  const { root } = context.paths
  try {
    removeSnapshot(root, key, lock)
    context.trace('store', 'reclaimed', { snapshot: key })
  } catch (error) {
    lock.release()
    const reason = error instanceof Error ? error.message : String(error)
    context.warn(`cannot remove the unused ${root}/${snapshotName(key)}: ${reason}`)
  }
}

/**
 * Their writers lock the store or its content, but for the one of the file `version` and who writes
 * the index of `copy` does without it.
 */
function removeTemporaryFiles(root: string): void {
  const below = (folder: string) => `${root}/${folder}`
  const { containers, images, blobs, cache } = folders
  for (const folder of [root, ...[containers, images, blobs, cache].map(below)]) {
    for (const name of readdirSync(folder)) {
      if (name.endsWith(TEMPORARY_SUFFIX) && !name.startsWith('version'))
        rmSync(`${folder}/${name}`, { force: true })
    }
  }
}

function removeBlobs(context: Context): void {
  const { root } = context.paths
  const blobs = readdirSync(`${root}/${folders.blobs}`)
  if (blobs.length === 0) return
  const used = usedBlobs(context)
  for (const name of blobs) if (!used.has(name)) rmSync(`${root}/${folders.blobs}/${name}`)
}

/** By the hex digits of their digests. */
function usedBlobs(context: Context): ReadonlySet<string> {
  const images = listImages(context).map(({ record }) => record)
  const layers = [...images, ...listContainers(context).map(({ base }) => ({ layers: base }))]
  const digests = [
    ...images.map(({ manifest }) => manifest.digest),
    ...layers.flatMap((one) => one.layers.flatMap(({ blob }) => blob?.digest ?? [])),
  ]
  return new Set([...images.map(({ id }) => id), ...digests.map(digestHex)])
}

/** A container's lock file outlives it when somebody asked for the lock while it was removed. */
function removeContainerLocks(context: Context): void {
  for (const id of lockedIds(context.paths.root, 'container-')) {
    if (readContainer(context, id) !== undefined) continue
    const path = `${context.paths.root}/${folders.locks}/container-${id}`
    const lock = monitorOf(context).tryLock(path, 'exclusive')
    if ('holder' in lock) continue
    rmSync(path)
    lock.release()
  }
}

interface Unused {
  readonly key: string
  readonly lock: Lock
}

function lockUnused(context: Context, tried: ReadonlySet<string>): Unused[] {
  const { root } = context.paths
  const used = new Set([
    ...listContainers(context).flatMap(({ layers, active, volumes }) => [
      ...[...layers, active],
      ...Object.values(volumes ?? {}),
    ]),
    ...listImages(context).flatMap(({ record }) => record.layers.flatMap((one) => one.snapshots)),
    ...listCache(context).flatMap(({ snapshots }) => snapshots),
  ])
  const unused: Unused[] = []
  for (const key of knownKeys(root)) {
    if (used.has(key) || tried.has(key)) continue
    if (unused.length === LOCKS_AT_ONCE) break
    const lock = monitorOf(context).tryLock(snapshotLockPath(root, key), 'exclusive')
    if (!('holder' in lock)) unused.push({ key, lock })
  }
  return unused
}

/** Snapshots, and what there is of those that were being made or removed. */
function knownKeys(root: string): Set<string> {
  const links = readdirSync(`${root}/${folders.links}`).map((name) => {
    const target = readlinkSync(`${root}/${folders.links}/${name}`)
    return basename(dirname(target))
  })
  const keys = [...readdirSync(`${root}/${folders.snapshots}`), ...links]
  return new Set([...keys, ...lockedIds(root, 'snapshot-')].filter(isId))
}

function lockedIds(root: string, prefix: string): string[] {
  return readdirSync(`${root}/${folders.locks}`)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter(isId)
}
