// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'

export const helpCommand = command({
  name: 'help',
  group: 'This machine',
  summary: 'Show what there is, or how one command is used',
  examples: [['tsbuild help run', 'the same as tsbuild run --help']],
  namespace: 'none',
  positionals: {
    command: {
      count: 'optional',
      describe: 'A command; all of them when absent',
      names: 'command',
    },
  },
  options: {},
  async run({ command: name }, _context, io) {
    // Here, not above: the list of commands holds this one.
    const { commands, findCommand } = await import('./index.ts')
    const { overview } = await import('../overview.ts')
    const { commandHelp } = await import('../yargs.ts')
    const text =
      name === undefined ? overview(commands) : await commandHelp(findCommand(name), io.columns())
    io.print(text)
    return 0
  },
})
