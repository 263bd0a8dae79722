// SPDX-License-Identifier: Apache-2.0
import { type Context, createContext } from '../core/context.ts'
import type { Command } from './command.ts'
import { processIo } from './io.ts'
import type { Parsed } from './parse.ts'

/** Runs the handler of a command whose line was read. @returns the exit status */
export async function invoke(
  command: Command,
  { args, root, runroot }: Extract<Parsed, { help: false }>,
): Promise<number> {
  let made: Context | undefined
  const context = () => {
    made ??= createContext({ root, runroot })
    return made
  }
  return await command.run(args, context, processIo)
}
