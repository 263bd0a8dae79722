// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { namedOrAll } from '../named-or-all.ts'

export const rmCommand = command({
  name: 'rm',
  aliases: ['delete'],
  group: 'Working containers',
  summary: 'Remove working containers',
  examples: [
    ['tsbuild rm demo', 'one'],
    ['tsbuild rm --all', 'every one'],
  ],
  namespace: 'enter',
  positionals: {
    containers: {
      count: 'any',
      describe: 'Names or ids of working containers',
      names: 'container',
    },
  },
  options: {
    all: { type: 'boolean', alias: ['a'], default: false, describe: 'Remove every container' },
  },
  async run({ containers, all }, context, io) {
    const selection = namedOrAll({ command: 'rm', slot: 'containers', names: containers, all })
    const { removeContainers } = await import('../../core/remove.ts')
    const { removed } = removeContainers(context(), { containers: selection })
    for (const id of removed) io.print(id)
    return 0
  },
})
