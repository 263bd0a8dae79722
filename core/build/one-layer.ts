// SPDX-License-Identifier: Apache-2.0
import { withChange } from './change.ts'
import { type StageLayer, snapshotsOf } from './files.ts'
import type { BuildSession, StageHistory, StageResult } from './session.ts'

interface Steps {
  readonly start: StageResult
  /** Its history is still that of the start. */
  readonly end: StageResult
  /** Of the stage's own steps. */
  readonly history: readonly StageHistory[]
}

/**
 * All that the steps of a stage did as one layer, which the last of them counts as having made.
 * With the copying driver that layer is the whole tree, and the base's are in it.
 */
export async function oneLayer(session: BuildSession, steps: Steps): Promise<StageResult> {
  const { start, end, history } = steps
  const last = history.at(-1)
  if (last === undefined) return end
  const isCopy = session.driver === 'copy'
  const below = isCopy ? [] : start.files.layers
  const own = snapshotsOf({ layers: end.files.layers.slice(below.length) })
  const snapshots = own.length > 0 ? own : [await emptySnapshot(session, end)]
  const layers: StageLayer[] = [...below, { snapshots }]
  const { empty_layer: _none, ...filled } = last
  return {
    ...end,
    files: { ...end.files, layers },
    history: [
      ...(isCopy ? start.history.map(withoutLayer) : start.history),
      ...history.slice(0, -1).map(withoutLayer),
      filled,
    ],
  }
}

const withoutLayer = (entry: StageHistory): StageHistory => ({ ...entry, empty_layer: true })

const emptySnapshot = ({ context }: BuildSession, { files }: StageResult): Promise<string> =>
  withChange(context, files, async (change) => {
    change.keep()
    return change.key
  })
