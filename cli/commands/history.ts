// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { historyList } from '../history-list.ts'
import { listOptions } from '../shared-tables.ts'

export const historyCommand = command({
  name: 'history',
  group: 'Images',
  summary: 'Show the steps that made an image',
  examples: [
    ['tsbuild history localhost/site', 'a table, the newest step first'],
    ['tsbuild history --no-trunc localhost/site', 'with whole commands'],
  ],
  namespace: 'none',
  positionals: {
    image: { count: 'one', describe: 'Name or id of an image', names: 'image' },
  },
  options: {
    ...listOptions,
    noTrunc: { type: 'boolean', default: false, describe: 'Show whole ids and commands' },
  },
  async run({ image, ...options }, context, io) {
    const { history } = await import('../../core/history.ts')
    const steps = history(context(), image)
    for (const line of historyList(steps, { ...options, now: context().now() })) io.print(line)
    return 0
  },
})
