// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { createAbove } from '../snapshot/above.ts'
import type { MountedLayers } from '../snapshot/rootfs.ts'
import { type StageFiles, snapshotsOf } from './files.ts'

/** A stage's files with a fresh snapshot above them, which takes what a step writes. */
export interface Change {
  /** The fresh snapshot. */
  readonly key: string
  /** The directory of its files. */
  readonly fs: string
  readonly mounted: MountedLayers
  /** What was written stays; without this it goes when the action ends. */
  keep(): void
}

/** Gives `action` a snapshot above `files` to write to. The caller is inside `withContent`. */
export async function withChange<Result>(
  context: Context,
  files: StageFiles,
  action: (change: Change) => Promise<Result>,
): Promise<Result> {
  const { driver } = files
  const below = snapshotsOf(files)
  const snapshot = await createAbove(context, { driver, below })
  const { key, fs } = snapshot
  let end = snapshot.discard
  try {
    const layers = driver === 'copy' ? [] : below
    const mounted = { name: 'build', driver, layers, active: key }
    const keep = () => {
      end = snapshot.keep
    }
    return await action({ key, fs, mounted, keep })
  } finally {
    end()
  }
}
