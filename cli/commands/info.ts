// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { json } from '../json.ts'
import { outline } from '../outline.ts'

export const infoCommand = command({
  name: 'info',
  group: 'This machine',
  summary: 'Show what tsbuild can do on this machine, and where its store is',
  examples: [['tsbuild info --json', 'for programs']],
  namespace: 'enter',
  positionals: {},
  options: {
    json: { type: 'boolean', default: false, describe: 'Print JSON' },
  },
  async run(args, context, io) {
    const { info } = await import('../../core/info.ts')
    const facts = await info(context())
    io.print(args.json ? json(facts) : outline(facts))
    return 0
  },
})
