// SPDX-License-Identifier: Apache-2.0
import { type Command, type CommandTable, dashed, flagName, type Option } from './command.ts'
import { commands, findCommand } from './commands/index.ts'
import { findVerb } from './find-verb.ts'
import { globalOptions, program } from './globals.ts'
import { spellOut } from './spell-out.ts'

export interface Candidate {
  readonly word: string
  /** A few words about it; empty when there is nothing to say. */
  readonly describe: string
}

/** The names of the containers or images in the store. */
export type StoredNames = (kind: 'container' | 'image') => Promise<readonly string[]>

/**
 * What may stand for the last word of a command line.
 *
 * @param words the words after `tsbuild`; the last one is unfinished, and may be empty
 * @returns nothing where a file is expected, or a word of somebody else's command line
 * @throws TsbuildError USAGE for an unknown verb
 */
export async function complete(
  words: readonly string[],
  storedNames: StoredNames,
): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? ''
  const { before, verb, after } = findVerb(words.slice(0, -1))
  const table = verb === undefined ? program : findCommand(verb)
  const line = [...before, ...after]
  const position = positionOf(table, line)
  if (position === 'foreign') return []
  const found =
    position === 'value' || current.startsWith('-')
      ? await optionCandidates(table, [...line, current])
      : verb === undefined
        ? shownCommands.map(commandCandidate)
        : await slotCandidates({ table, position, storedNames })
  return found.filter(
    ({ word }) => word.startsWith(current) && word.startsWith('-') === current.startsWith('-'),
  )
}

const shownCommands = commands.filter(({ hidden }) => hidden !== true)

/** What the next word is: a positional by its index, the value of an option, or not ours. */
function positionOf(table: CommandTable, words: readonly string[]): number | 'value' | 'foreign' {
  const count = countPositionals(table, words)
  const { stopAtPositional: stop } = table
  if (count === undefined) return 'value'
  return stop !== undefined && count >= Math.max(stop, 1) ? 'foreign' : count
}

/** Undefined when the words end with an option that lacks its value. */
function countPositionals(table: CommandTable, words: readonly string[]): number | undefined {
  try {
    return spellOut(table, words).positionals.length
  } catch {
    return undefined
  }
}

async function optionCandidates(table: CommandTable, words: readonly string[]) {
  const options = Object.entries<Option>({ ...table.options, ...globalOptions })
  const described = new Map(
    options.flatMap(([key, { alias = [], describe }]) =>
      [flagName(key), ...alias].map((name) => [dashed(name), describe] as const),
    ),
  )
  const { completeOptions } = await import('./yargs.ts')
  const found = await completeOptions(table, words)
  return found.map((word) => ({ word, describe: described.get(word) ?? '' }))
}

interface Slot {
  readonly table: CommandTable
  readonly position: number
  readonly storedNames: StoredNames
}

async function slotCandidates({ table, position, storedNames }: Slot): Promise<Candidate[]> {
  const slots = Object.values(table.positionals)
  const last = slots.at(-1)
  const slot =
    slots[position] ?? (last?.count === 'any' || last?.count === 'some' ? last : undefined)
  if (slot?.names === 'command') return shownCommands.map(commandCandidate)
  const words = slot?.names === undefined ? (slot?.choices ?? []) : await storedNames(slot.names)
  return words.map((word) => ({ word, describe: '' }))
}

const commandCandidate = ({ name, summary }: Command): Candidate => ({
  word: name,
  describe: summary,
})
