// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { type Shell, shells } from '../completion-script.ts'

/** What the completion scripts call. */
export const completeCommand = command({
  name: '__complete',
  group: 'This machine',
  hidden: true,
  summary: 'List what may stand for the last word of a command line',
  examples: [],
  namespace: 'none',
  positionals: {
    shell: { count: 'one', choices: shells, describe: 'The shell that asks' },
    words: { count: 'any', describe: 'The words after tsbuild, the last one perhaps unfinished' },
  },
  stopAtPositional: 1,
  options: {},
  async run({ shell, words }, context, io) {
    const { complete } = await import('../complete.ts')
    const { storedNames } = await import('../stored-names.ts')
    for (const { word, describe } of await complete(words, storedNames(context))) {
      io.print(lines[shell](word, describe))
    }
    return 0
  },
})

const lines: Readonly<Record<Shell, (word: string, describe: string) => string>> = {
  bash: (word) => word,
  zsh: (word, describe) => `${word.replaceAll(':', '\\:')}:${describe}`,
  fish: (word, describe) => `${word}\t${describe}`,
}
