// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../images/digest.ts'
import type { StageFiles } from './files.ts'
import type { StageHistory, StageResult } from './session.ts'

/**
 * All that the steps of a stage did as one layer, which the last of them counts as having made.
 * With the copying driver that layer is the whole tree, and the base's are in it.
 *
 * @param start what the stage starts with
 * @param history of the stage's own steps
 * @param snapshot where they were done
 */
export function oneLayer(
  start: StageResult,
  history: readonly StageHistory[],
  snapshot: string,
): { files: StageFiles; history: StageHistory[] } {
  const isCopy = start.files.driver === 'copy'
  const below = isCopy ? [] : start.files.layers
  const last = history.at(-1)
  const { empty_layer: _none, ...filled } = last ?? {}
  return {
    // Not by its inputs, so its own key: that of a snapshot is random.
    files: { ...start.files, layers: [...below, { snapshots: [snapshot] }], key: sha256(snapshot) },
    history: [
      ...(isCopy ? start.history.map(withoutLayer) : start.history),
      ...history.slice(0, -1).map(withoutLayer),
      filled,
    ],
  }
}

const withoutLayer = (entry: StageHistory): StageHistory => ({ ...entry, empty_layer: true })
