// SPDX-License-Identifier: Apache-2.0
import { type CommandTable, dashed, flagName, type Option } from './command.ts'
import { globalOptions } from './globals.ts'
import { orList, unknownOption, usageError } from './usage.ts'

export interface SpelledOut {
  /** Each option by its full name: `--flag=true`, and `--name`, `value` for all others. */
  readonly options: readonly string[]
  readonly positionals: readonly string[]
}

/**
 * The command line of `command` with nothing left to guess.
 *
 * The container tools and yargs-parser disagree about some lines: `-eA=b` is `--env A=b` (not -e
 * and -A), the word after `--user` is its value even when it begins with a dash, the word after
 * `--tty` never is, and quotes belong to the value. This reading is the container tools'; the
 * parser then has no choice.
 *
 * @param argv the words after the command's name, with global options from before it
 * @throws TsbuildError USAGE for an unknown option, a missing value, a value of the wrong kind
 */
export function spellOut(command: CommandTable, argv: readonly string[]): SpelledOut {
  const { stopAtPositional: stop } = command
  const known = flagsOf(command)
  const options: string[] = []
  let positionals: string[] = []
  const words = [...argv]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') positionals = [...positionals, ...words.splice(0)]
    else if (word.startsWith('--')) options.push(...spellLong({ command, known, word, words }))
    else if (/^-./.test(word)) options.push(...spellShort({ command, known, word, words }))
    else positionals.push(word)
    const stopped = stop !== undefined && positionals.length >= Math.max(stop, 1)
    if (stopped) positionals = [...positionals, ...words.splice(0)]
  }
  if (stop !== undefined && stop > 0 && positionals[stop] === '--') positionals.splice(stop, 1)
  return { options, positionals }
}

interface Flag {
  readonly name: string
  readonly option: Option
}

/** What is being read: `words` are those after `word`, from which a value is taken. */
interface Reading {
  readonly command: CommandTable
  readonly known: ReadonlyMap<string, Flag>
  readonly word: string
  readonly words: string[]
}

function flagsOf(command: CommandTable): Map<string, Flag> {
  const known = new Map<string, Flag>()
  for (const [key, option] of Object.entries<Option>({ ...globalOptions, ...command.options })) {
    const name = flagName(key)
    for (const spelling of [name, ...(option.alias ?? [])]) {
      known.set(dashed(spelling), { name, option })
    }
  }
  return known
}

function spellLong(reading: Reading): string[] {
  const { command, known, word, words } = reading
  const equals = word.indexOf('=')
  const typed = equals < 0 ? word : word.slice(0, equals)
  const attached = equals < 0 ? undefined : word.slice(equals + 1)
  const flag = known.get(typed)
  const negated = typed.startsWith('--no-') ? known.get(`--${typed.slice(5)}`) : undefined
  if (flag === undefined && negated?.option.type === 'boolean' && attached === undefined) {
    return [`--${negated.name}=false`]
  }
  if (flag === undefined) throw unknown(reading, typed)
  return spell({ command, flag, typed, value: attached ?? nextValue(flag.option, words) })
}

function spellShort(reading: Reading): string[] {
  const { command, known, word, words } = reading
  const spelled: string[] = []
  for (let index = 1; index < word.length; index++) {
    const typed = `-${word[index]}`
    const flag = known.get(typed)
    if (flag === undefined) throw unknown(reading, typed)
    const rest = word.slice(index + 1)
    const takesRest = rest.startsWith('=') || (flag.option.type !== 'boolean' && rest !== '')
    const value = takesRest ? rest.replace(/^=/, '') : nextValue(flag.option, words)
    spelled.push(...spell({ command, flag, typed, value }))
    if (takesRest) break
  }
  return spelled
}

function unknown({ command, known }: Reading, typed: string) {
  const shown = [...known].filter(([, { option }]) => option.hidden !== true)
  return unknownOption(command.name, { typed, known: shown.map(([spelling]) => spelling) })
}

const nextValue = (option: Option, words: string[]): string | undefined =>
  option.type === 'boolean' ? 'true' : words.shift()

interface Spelling {
  readonly command: CommandTable
  readonly flag: Flag
  /** The option as it was typed: `-e`. */
  readonly typed: string
  readonly value: string | undefined
}

function spell({ command, flag, typed, value }: Spelling): string[] {
  const subject = `option "${typed}" of "${command.name}"`
  if (value === undefined) throw usageError(command.name, `${subject} needs a value`)
  const plain = flag.option.type === 'boolean' ? truth(value) : value
  const wanted = plain === undefined ? 'true or false' : unmet(flag.option, plain)
  if (wanted !== undefined)
    throw usageError(command.name, `${subject} must be ${wanted}, not "${value}"`)
  return flag.option.type === 'boolean' ? [`--${flag.name}=${plain}`] : [`--${flag.name}`, value]
}

function truth(value: string): 'true' | 'false' | undefined {
  if (/^(1|t|true)$/i.test(value)) return 'true'
  return /^(0|f|false)$/i.test(value) ? 'false' : undefined
}

/** What the value should have been, when it is not. */
function unmet(option: Option, value: string): string | undefined {
  if (option.type === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? undefined : 'a number'
  if (option.type !== 'string' || option.choices === undefined) return undefined
  if (option.choices.includes(value)) return undefined
  return orList(option.choices)
}
