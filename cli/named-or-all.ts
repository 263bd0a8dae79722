// SPDX-License-Identifier: Apache-2.0
import { usageError } from './usage.ts'

interface Choice {
  readonly command: string
  readonly slot: string
  readonly names: readonly string[]
  readonly all: boolean
}

/**
 * What a command that removes things is to remove.
 *
 * @throws TsbuildError USAGE unless there are either names or --all
 */
export function namedOrAll({ command, slot, names, all }: Choice): readonly string[] | 'all' {
  if (all && names.length > 0) {
    throw usageError(command, `"${command}" takes either <${slot}...> or --all, not both`)
  }
  if (!all && names.length === 0) {
    throw usageError(command, `"${command}" needs <${slot}...> or --all`)
  }
  return all ? 'all' : names
}
