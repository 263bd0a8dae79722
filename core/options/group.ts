// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** The groups that are asked for. */
export interface GroupOptions {
  /** Whether the caller's supplementary groups stay. */
  readonly keep: boolean
  /** Names of the image, or numbers. */
  readonly names: readonly string[]
}

/**
 * What the --group-add options ask for.
 *
 * @throws TsbuildError USAGE for keep-groups beside others
 */
export function parseGroups(words: readonly string[]): GroupOptions {
  const names = words.flatMap((word) => word.split(','))
  const keep = names.includes('keep-groups')
  if (names.includes(''))
    throw new TsbuildError('USAGE', 'option "--group-add" has an empty name', {
      hint: 'give the name of a group, a number, or keep-groups',
    })
  if (keep && names.some((name) => name !== 'keep-groups'))
    throw new TsbuildError('USAGE', 'option "--group-add" has keep-groups beside others', {
      hint: 'the groups that you have stay as they are, or are set: give one or the other',
    })
  return { keep, names: keep ? [] : [...new Set(names)] }
}
