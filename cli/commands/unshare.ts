// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'

export const unshareCommand = command({
  name: 'unshare',
  group: 'This machine',
  summary: 'Run a program of the host in the user and mount namespace tsbuild works in',
  examples: [
    ['tsbuild unshare cat /proc/self/uid_map', 'which ids it has'],
    ['tsbuild unshare', 'a shell: the value of SHELL, or /bin/sh'],
  ],
  namespace: 'enter',
  positionals: {
    command: { count: 'any', describe: 'Program of the host and its arguments' },
  },
  stopAtPositional: 0,
  options: {},
  async run({ command: args }, context) {
    const { unshare } = await import('../../core/unshare.ts')
    return unshare(context(), { args })
  },
})
