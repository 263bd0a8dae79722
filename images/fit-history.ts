// SPDX-License-Identifier: Apache-2.0
import type { HistoryEntry } from './model.ts'

/**
 * The history with one entry for each of the layers that its image has, in their order, beside
 * those that made none. Images made by other tools may have a history of other layers, or none:
 * layers that it does not mention get entries without words, and entries beyond the last layer made
 * none. So do all when there are no layers.
 */
export function fitHistory(history: readonly HistoryEntry[], layerCount: number): HistoryEntry[] {
  let filled = 0
  const fitted = history.map((entry) => {
    if (entry.empty_layer === true) return entry
    filled += 1
    return filled > layerCount ? { ...entry, empty_layer: true } : entry
  })
  for (; filled < layerCount; filled++) fitted.push({})
  return fitted
}
