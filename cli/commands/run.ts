// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { containerOptions, givenOptions } from '../container-options.ts'
import { workingContainer } from '../shared-tables.ts'

export const runCommand = command({
  name: 'run',
  group: 'Working containers',
  summary: 'Run a command in a working container',
  examples: [
    ['tsbuild run demo ls -l /', 'what follows the container belongs to the command'],
    ['tsbuild run -t demo sh', 'a shell with a terminal of its own'],
    ['tsbuild run --network none --user 1000 demo id', 'as another user, without a network'],
  ],
  namespace: 'enter',
  positionals: {
    container: workingContainer,
    command: { count: 'some', describe: 'Program in the container and its arguments' },
  },
  stopAtPositional: 1,
  options: {
    env: {
      type: 'string[]',
      alias: ['e'],
      describe: 'NAME=VALUE to set for the command; NAME alone takes the value from here',
    },
    user: {
      type: 'string',
      describe: 'User to run as, with a group after a colon; names or numbers',
    },
    workingdir: { type: 'string', describe: 'Directory to start in; made when it is missing' },
    hostname: { type: 'string', describe: 'Host name inside the container' },
    tty: {
      type: 'boolean',
      alias: ['t', 'terminal'],
      describe: 'Give the command a terminal of its own; on when standard input is one',
    },
    terminalSize: {
      type: 'string',
      describe: 'COLUMNSxROWS of that terminal; the size of yours when it is not given',
    },
    mount: {
      type: 'string[]',
      describe: 'Mount for this command alone: type=bind or tmpfs,destination=…,source=…,…',
    },
    ...containerOptions,
    addHistory: {
      type: 'boolean',
      default: false,
      describe: 'Note the command in the history of the image, if it succeeds',
    },
    dryRun: {
      type: 'boolean',
      default: false,
      describe: 'Print the runtime specification and start nothing',
    },
  },
  async run({ command: args, container, env, user, workingdir, hostname, ...rest }, context, io) {
    const { run } = await import('../../core/run.ts')
    const { tty: terminal, terminalSize, dryRun, addHistory } = rest
    const process = { args, env, user, workingdir, hostname, terminal, terminalSize }
    const request = { container, ...process, dryRun, addHistory }
    const spec = await run(context(), { ...request, options: givenOptions(rest) })
    if (!dryRun) return 0 // the command's own status comes from the monitor
    const { stringifySpec } = await import('../../core/spec/print.ts')
    io.print(stringifySpec(spec))
    return 0
  },
})
