// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { configChanges } from '../config-changes.ts'
import { workingContainer } from '../shared-tables.ts'

export const configCommand = command({
  name: 'config',
  group: 'Working containers',
  summary: 'Change the configuration that the image of a working container will have',
  examples: [
    ['tsbuild config --env LANG=C.UTF-8 --label version=2 demo', 'add'],
    ['tsbuild config --env LANG- --label version- demo', 'and take away again'],
    ['tsbuild config --cmd \'["httpd", "-f"]\' --user 1000 demo', 'what containers will run'],
  ],
  namespace: 'enter',
  positionals: { container: workingContainer },
  options: {
    env: {
      type: 'string[]',
      alias: ['e'],
      describe: 'Variable to set (NAME=VALUE, or NAME for the value here) or remove (NAME-)',
    },
    label: {
      type: 'string[]',
      alias: ['l'],
      describe: 'Label to set (KEY=VALUE) or remove (KEY-)',
    },
    cmd: {
      type: 'string',
      describe: 'Default command: a JSON array, or words as in a shell; empty for none',
    },
    entrypoint: {
      type: 'string',
      describe: 'Entry point: a JSON array, or a line for /bin/sh -c; empty for none',
    },
    user: { type: 'string', alias: ['u'], describe: 'User, with a group after a colon' },
    workingdir: { type: 'string', describe: 'Directory that commands start in' },
    author: { type: 'string', describe: 'Who made the image' },
    createdBy: { type: 'string', describe: 'What the history says about how it was made' },
  },
  async run({ container, ...options }, context) {
    const { configure } = await import('../../core/config.ts')
    await configure(context(), { container, changes: configChanges(options, context().env) })
    return 0
  },
})
