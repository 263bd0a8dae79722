// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { completionScript, shells } from '../completion-script.ts'

export const completionCommand = command({
  name: 'completion',
  group: 'This machine',
  summary: 'Print a script that makes a shell complete tsbuild command lines',
  examples: [
    ['source <(tsbuild completion bash)', 'in bash, or in zsh with zsh; put it into ~/.bashrc'],
    ['tsbuild completion fish | source', 'in fish'],
  ],
  namespace: 'none',
  positionals: {
    shell: { count: 'one', choices: shells, describe: 'The shell the script is for' },
  },
  options: {},
  run({ shell }, _context, io) {
    io.print(completionScript(shell))
    return 0
  },
})
