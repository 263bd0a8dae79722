// SPDX-License-Identifier: Apache-2.0
import { bindPositionals } from './bind-positionals.ts'
import {
  type CommandTable,
  flagName,
  type Option,
  type Options,
  type Value,
  type Values,
} from './command.ts'
import { globalOptions } from './globals.ts'
import { spellOut } from './spell-out.ts'
import { usageError } from './usage.ts'

export type Parsed =
  | { readonly help: true }
  | {
      readonly help: false
      readonly root: string | undefined
      readonly runroot: string | undefined
      /** What the command's handler takes: its options and its positionals. */
      readonly args: Values
    }

/**
 * A parser: a spelled-out line to a record with the options' names as keys, defaults filled in.
 * An option that is given several times has an array.
 */
export type Reader = (
  line: readonly string[],
  options: Options,
) => Readonly<Record<string, unknown>>

/**
 * Settings of yargs and yargs-parser: the word behind an option is its value, dash or not; and
 * `--no-` is part of a name, for `spellOut` has dealt with those that negate.
 */
export const parserSettings = { 'nargs-eats-options': true, 'boolean-negation': false } as const

/**
 * The command line of `command` as the values its handler takes.
 *
 * @param argv the words after the command's name, with global options from before it
 * @throws TsbuildError USAGE
 */
export function parse(command: CommandTable, argv: readonly string[], read: Reader): Parsed {
  const { options: line, positionals } = spellOut(command, argv)
  const options: Options = { ...globalOptions, ...command.options }
  const found = read(line, options)
  const given: Values = Object.fromEntries(
    Object.entries(options).map(([key, option]) => [key, valueFrom(option, found[flagName(key)])]),
  )
  const { help, root, runroot, ...own } = given
  if (help === true) return { help }
  refuseEmpty(command, { root, runroot })
  const args = { ...own, ...bindPositionals(command, positionals) }
  return { help: false, root: text(root), runroot: text(runroot), args }
}

/** An option that takes one value has the last that was given, as in the container tools. */
function valueFrom(option: Option, found: unknown): Value {
  const all: readonly unknown[] = found === undefined ? [] : [found].flat()
  if (option.type === 'string[]') return all.map(String)
  const value = all.at(-1)
  return typeof value === option.type && isScalar(value) ? value : undefined
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** An empty path would be the working directory, which nobody means: a variable was not set. */
function refuseEmpty({ name }: CommandTable, directories: Values): void {
  const empty = Object.entries(directories).find(([, value]) => value === '')
  if (empty === undefined) return
  throw usageError(name, `option "--${empty[0]}" of "${name}" must be a directory, not ""`)
}

const text = (value: Value): string | undefined => (typeof value === 'string' ? value : undefined)
