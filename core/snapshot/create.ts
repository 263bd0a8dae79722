// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import type { Lock } from '../../native-shim/monitor.ts'
import type { Context } from '../context.ts'
import { toBytes } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { removeTree } from '../lib/remove-tree.ts'
import { linkName, snapshotLockPath, snapshotName } from '../store/layout.ts'
import { monitorOf } from '../store/lock-store.ts'

/** A snapshot that no record names yet. */
export interface NewSnapshot {
  readonly key: string
  /** The directory for its files: what becomes the root, or the upper directory of one. */
  readonly fs: string
  /** Once a record names it: gives up the lock that kept it from being reclaimed. */
  keep(): void
  /** Removes it. */
  discard(): void
}

/**
 * An empty snapshot, locked: what is in no record and not locked is garbage of a crash. To be
 * called with the store locked, so that nobody reclaims between the steps.
 */
export function createSnapshot(context: Context): NewSnapshot {
  const { root } = context.paths
  const key = reserveKey(context)
  const lock = monitorOf(context).lock(snapshotLockPath(root, key), 'exclusive')
  const path = `${root}/${snapshotName(key)}`
  const fs = `${path}/fs`
  const snapshot = {
    key,
    fs,
    keep: () => dropLock(root, key, lock),
    discard: () => removeSnapshot(root, key, lock),
  }
  try {
    for (const folder of [path, fs, `${path}/work`, `${path}/merged`]) mkdirSync(folder, 0o700)
    chmodSync(fs, 0o755)
  } catch (error) {
    snapshot.discard()
    throw error
  }
  return snapshot
}

/** A key whose short name nobody has; the link that makes it short is that name's reservation. */
function reserveKey({ paths, randomId }: Context): string {
  for (;;) {
    const key = randomId()
    try {
      symlinkSync(`../${snapshotName(key)}/fs`, `${paths.root}/${linkName(key)}`)
      return key
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    }
  }
}

/** Removes a snapshot that no record names any more. */
export function dropSnapshot(context: Context, key: string): void {
  const { root } = context.paths
  removeSnapshot(root, key, monitorOf(context).lock(snapshotLockPath(root, key), 'exclusive'))
}

/** Removes a snapshot that no record names and that the caller has locked. */
export function removeSnapshot(root: string, key: string, lock: Lock): void {
  removeTree(toBytes(`${root}/${snapshotName(key)}`))
  rmSync(`${root}/${linkName(key)}`, { force: true })
  dropLock(root, key, lock)
}

/** The file goes before the lock does: whoever finds it can take it, and it is theirs alone. */
function dropLock(root: string, key: string, lock: Lock): void {
  rmSync(snapshotLockPath(root, key), { force: true })
  lock.release()
}
