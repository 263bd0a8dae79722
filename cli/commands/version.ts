// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { json } from '../json.ts'
import { versionFacts, versionText } from '../version.ts'

export const versionCommand = command({
  name: 'version',
  group: 'This machine',
  summary: 'Show the version of tsbuild and of its Node',
  examples: [['tsbuild version --json', 'for programs']],
  namespace: 'none',
  positionals: {},
  options: {
    json: { type: 'boolean', default: false, describe: 'Print JSON' },
  },
  run(args, _context, io) {
    io.print(args.json ? json(versionFacts()) : versionText())
    return 0
  },
})
