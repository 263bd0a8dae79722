// SPDX-License-Identifier: Apache-2.0
import { constants, lstatSync, readdirSync } from 'node:fs'
import { ownIds } from '../../images/unpack/own-ids.ts'
import type { Context } from '../context.ts'
import type { ContainerRecord } from '../store/container-record.ts'
import { writeContainer } from '../store/containers.ts'
import { snapshotName } from '../store/layout.ts'
import { withStoreLock } from '../store/lock-store.ts'
import { createAbove } from './above.ts'
import { dropSnapshot } from './create.ts'
import { dropMountPoints } from './mount-points.ts'

/** A container with a layer more, which only we know of. */
export interface Stage {
  readonly record: ContainerRecord
  /** Makes it the container. */
  accept(): void
  /** Leaves the container as it was. */
  discard(): void
}

/** Above this many layers changes are made in place, to stay below the limit of a mount. */
const MAX_STAGED = 250

/**
 * Starts a change of a container's files that is to happen whole or not at all, also when we are
 * killed: it goes to a snapshot of its own, which takes the place of the active one when that is
 * empty and else lies above it. The caller has locked the container.
 */
export async function stageChange(context: Context, record: ContainerRecord): Promise<Stage> {
  await dropMountPoints(context, record, 'all')
  if (record.layers.length >= MAX_STAGED) {
    return { record, accept: () => {}, discard: () => {} }
  }
  const { driver, active } = record
  const snapshot = await createAbove(context, { driver, below: [active] })
  const goesBelow = driver === 'overlay' && !isUnchanged(context, record)
  const layers = goesBelow ? [...record.layers, active] : record.layers
  const next = { ...record, layers, active: snapshot.key }
  return {
    record: next,
    accept() {
      withStoreLock(context, () => writeContainer(context, next))
      snapshot.keep()
      if (!goesBelow) dropSnapshot(context, active)
    },
    discard: snapshot.discard,
  }
}

/**
 * Whether nothing was changed in a container since its active snapshot was made, which then is an
 * empty layer.
 */
export function isUnchanged(
  { paths }: Pick<Context, 'paths'>,
  { layers, active }: Pick<ContainerRecord, 'layers' | 'active'>,
): boolean {
  const fs = (key: string) => `${paths.root}/${snapshotName(key)}/fs`
  if (readdirSync(fs(active)).length > 0) return false
  const below = layers.at(-1)
  const before = below === undefined ? newRoot() : lstatSync(fs(below))
  const now = lstatSync(fs(active))
  return now.mode === before.mode && now.uid === before.uid && now.gid === before.gid
}

/** What a snapshot is made with. */
const newRoot = () => ({ mode: constants.S_IFDIR | 0o755, ...ownIds() })
