// SPDX-License-Identifier: Apache-2.0

/** Words of --cap-add and --cap-drop. */
export interface CapabilityWords {
  readonly capAdd?: readonly string[]
  readonly capDrop?: readonly string[]
}

/**
 * Two layers of words as one that gives the same: the later layer takes what the earlier one left
 * as its base, so what it adds is there though it was dropped before, and the other way round.
 *
 * @see resolveCapabilities: within a layer what is dropped stays dropped
 */
export function mergeCapabilities(
  earlier: CapabilityWords,
  later: CapabilityWords,
): CapabilityWords {
  const [add, drop] = [words(later.capAdd), words(later.capDrop)]
  if (drop.some(isAll)) return filled({ capAdd: add, capDrop: drop })
  const added = new Set(add.map(plain))
  const dropped = new Set(drop.map(plain))
  const keptAdd = words(earlier.capAdd).filter((word) => !dropped.has(plain(word)))
  const keptDrop = words(earlier.capDrop).filter((word) =>
    isAll(word) ? true : !added.has(plain(word)) && !add.some(isAll),
  )
  return filled({ capAdd: [...keptAdd, ...add], capDrop: [...keptDrop, ...drop] })
}

const filled = ({ capAdd, capDrop }: Required<CapabilityWords>): CapabilityWords => ({
  ...(capAdd.length > 0 && { capAdd }),
  ...(capDrop.length > 0 && { capDrop }),
})

/** Lists with commas are several words. */
export const words = (list: readonly string[] = []): readonly string[] =>
  list.flatMap((word) => word.split(','))

const plain = (word: string) => word.toUpperCase().replace(/^CAP_/, '')

/** Whether a word stands for every capability. */
export const isAll = (word: string): boolean => plain(word) === 'ALL'
