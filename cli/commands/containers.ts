// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { containerList } from '../container-list.ts'
import { listOptions } from '../shared-tables.ts'

export const containersCommand = command({
  name: 'containers',
  aliases: ['ps', 'ls', 'list'],
  group: 'Working containers',
  summary: 'List the working containers',
  examples: [
    ['tsbuild containers', 'a table'],
    ['tsbuild containers --json', 'everything about them, for programs'],
  ],
  namespace: 'none',
  positionals: {},
  options: listOptions,
  async run(options, context, io) {
    const { containers } = await import('../../core/containers.ts')
    for (const line of containerList(containers(context()), options)) io.print(line)
    return 0
  },
})
