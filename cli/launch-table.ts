// SPDX-License-Identifier: Apache-2.0
import { commands, namesOf } from './commands/index.ts'
import { valueOptions } from './find-verb.ts'

/** What the native launcher must know of a command line before Node starts. */
export interface LaunchTable {
  /** A verb that is not listed is `none`: Node prints the usage error. */
  readonly verbs: readonly { readonly name: string; readonly mode: 'none' | 'enter' }[]
  /** Options before the verb whose value is the next word. */
  readonly valueOptions: readonly string[]
}

export const launchTable = (): LaunchTable => ({
  verbs: commands.flatMap((command) =>
    namesOf(command).map((name) => ({ name, mode: command.namespace })),
  ),
  valueOptions,
})
