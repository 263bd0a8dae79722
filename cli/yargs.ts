// SPDX-License-Identifier: Apache-2.0
import yargs, { type Options as YargsOptions } from 'yargs'
import {
  type CommandTable,
  flagName,
  type Option,
  type Options,
  type Positional,
  synopsis,
} from './command.ts'
import { globalOptions } from './globals.ts'
import { parserSettings, type Reader } from './parse.ts'
import { orList } from './usage.ts'

/** Reads options by yargs itself: a test proves that `readHot` reads each line as help says. */
export const readYargs: Reader = (line, options) =>
  plain(line).options(mapOptions(options, readable)).parseSync()

/**
 * The help page of one command.
 *
 * @param columns the width it is wrapped to
 */
export async function commandHelp(command: CommandTable, columns: number): Promise<string> {
  const page = plain([])
    .options(mapOptions(command.options, shownUnder('Options:')))
    .options(mapOptions(globalOptions, shownUnder('Global options:')))
    .wrap(columns)
  const options = (await page.getHelp()).trim()
  return [...heading(command), options, ...footing(command)].join('\n')
}

/**
 * What may stand behind `words`: options not given yet, or the choices of the last one.
 *
 * @param words what was typed after the command's name, the last one perhaps unfinished; it does
 *   not narrow the answer
 */
export async function completeOptions(
  command: CommandTable,
  words: readonly string[],
): Promise<string[]> {
  const unfinished = words.at(-1)?.startsWith('-') ? '--' : '' // or yargs takes it as given
  const found = await plain([])
    .options(mapOptions({ ...command.options, ...globalOptions }, completed))
    .getCompletion([...words.slice(0, -1), unfinished])
  // Where SHELL names zsh or fish, yargs adds a description of its own behind a colon or a tab.
  return found.map((line) => line.replace(/[:\t].*/s, '')).filter((word) => !/^--.$/.test(word))
}

const plain = (line: readonly string[]) =>
  yargs([...line])
    .scriptName('tsbuild')
    .parserConfiguration(parserSettings)
    .help(false)
    .version(false)
    .locale('en')
    .exitProcess(false)

const mapOptions = (options: Options, map: (option: Option) => YargsOptions) =>
  Object.fromEntries(
    Object.entries(options).map(([key, option]) => [flagName(key), map(option)] as const),
  )

const readable = (option: Option): YargsOptions => ({
  type: option.type === 'string[]' ? 'string' : option.type,
  ...(option.type === 'boolean' ? {} : { nargs: 1 }),
  ...('default' in option ? { default: option.default } : {}),
})

const shownUnder = (group: string) => (option: Option) => ({
  ...readable(option),
  group,
  alias: option.alias ?? [],
  array: option.type === 'string[]',
  describe: option.describe,
  hidden: option.hidden === true,
  ...('choices' in option ? { choices: option.choices } : {}),
})

const completed = (option: Option) => ({
  ...shownUnder('Options:')(option),
  ...(option.suggest && { choices: option.suggest }),
})

function heading(command: CommandTable): string[] {
  const names = [command.name, ...(command.aliases ?? [])]
  const slots = Object.entries(command.positionals).map(argumentLine)
  return [
    `Usage: tsbuild ${synopsis(command)}`,
    ...(names.length > 1 ? [`Names: ${names.join(', ')}`] : []),
    '',
    `${command.summary}.`,
    '',
    ...(slots.length > 0 ? ['Arguments:', ...slots, ''] : []),
  ]
}

function argumentLine([name, { describe, choices }]: [string, Positional]): string {
  const choice = choices === undefined ? '' : ` (${orList(choices)})`
  return `  ${name.padEnd(11)}  ${describe}${choice}`
}

function footing({ examples }: CommandTable): string[] {
  const lines = examples.flatMap(([line, purpose]) => [`  $ ${line}`, `      ${purpose}`])
  return ['', 'Examples:', ...lines]
}
