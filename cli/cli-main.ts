// SPDX-License-Identifier: Apache-2.0
import { commands, findCommand } from './commands/index.ts'
import { findVerb } from './find-verb.ts'
import { program } from './globals.ts'
import { readHot } from './hot-parse.ts'
import { invoke } from './invoke.ts'
import { processIo } from './io.ts'
import { overview } from './overview.ts'
import { parse } from './parse.ts'
import { report } from './report.ts'
import { versionLine } from './version.ts'

/**
 * Any command line.
 *
 * @param argv without Node and the script
 * @returns the exit status
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await answer(argv)
  } catch (error) {
    return report(error)
  }
}

async function answer(argv: readonly string[]): Promise<number> {
  const { before, verb, after } = findVerb(argv)
  const alone = parse(program, before, readHot)
  if (!alone.help && alone.args['version'] === true) return show(versionLine)
  if (verb === undefined) return show(overview(commands))
  const command = findCommand(verb)
  const parsed = parse(command, [...before, ...after], readHot)
  if (parsed.help) {
    const { commandHelp } = await import('./yargs.ts')
    return show(await commandHelp(command, processIo.columns()))
  }
  return await invoke(command, parsed)
}

function show(text: string): number {
  processIo.print(text)
  return 0
}
