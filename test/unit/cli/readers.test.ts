// SPDX-License-Identifier: Apache-2.0
/** Help and completion are yargs' own; what they say must hold for how lines are read. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CommandTable, dashed, flagName, type Option } from '../../../cli/command.ts'
import { commands } from '../../../cli/commands/index.ts'
import { globalOptions, program } from '../../../cli/globals.ts'
import { readHot } from '../../../cli/hot-parse.ts'
import { parse, type Reader } from '../../../cli/parse.ts'
import { readYargs } from '../../../cli/yargs.ts'

/** What is read, or why not. */
function outcome(table: CommandTable, line: readonly string[], read: Reader): unknown {
  try {
    return parse(table, line, read)
  } catch (error) {
    return String(error)
  }
}

const words = ({ positionals }: CommandTable): string[] =>
  Object.values(positionals).map(({ choices = ['word'] }) => choices[0] ?? '')

/** The ways in which one name of an option can be typed. */
function forms(option: Option, name: string): (readonly string[])[] {
  const flag = dashed(name)
  const alone = [[flag], [flag, flag]]
  if (option.type === 'boolean') {
    return [...alone, [`--no-${name}`], [`${flag}=false`], [`${flag}=true`], [`${flag}=x`]]
  }
  const choices = 'choices' in option ? (option.choices ?? []) : []
  const values = ['7', '-7', '0x10', 'many', 'a=b', 'a,b', '--', '-', '', ...choices]
  const given = values.flatMap((value) => [[flag, value], [`${flag}=${value}`]])
  const joined = name.length === 1 ? values.map((value) => [`${flag}${value}`]) : []
  return [...alone, ...given, ...joined, [`${flag}=1`, flag, '2']]
}

function linesOf(table: CommandTable): (readonly string[])[] {
  const options = Object.entries<Option>({ ...globalOptions, ...table.options })
  const typed = options.flatMap(([key, option]) =>
    [flagName(key), ...(option.alias ?? [])].flatMap((name) => forms(option, name)),
  )
  const rest = words(table)
  const around = typed.flatMap((form) => [form, [...form, ...rest], [...rest, ...form]])
  return [[], rest, ['--', ...rest], [...rest, 'more'], ['--unknown', ...rest], ...around]
}

describe('a line is read as yargs reads it', () => {
  for (const table of [program, ...commands]) {
    it(table.name, () => {
      for (const line of linesOf(table)) {
        const [ours, theirs] = [outcome(table, line, readHot), outcome(table, line, readYargs)]
        assert.deepEqual(ours, theirs, line.join(' '))
      }
    })
  }
})
