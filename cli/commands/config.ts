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
    shell: {
      type: 'string',
      describe: 'Shell for lines of a Containerfile: a JSON array, or words; empty for none',
    },
    port: {
      type: 'string[]',
      alias: ['p'],
      describe: 'Port to expose (80, 53/udp) or not any more (80-)',
    },
    volume: {
      type: 'string[]',
      alias: ['v'],
      describe: 'Path that keeps data (/data) or not any more (/data-)',
    },
    annotation: {
      type: 'string[]',
      alias: ['a'],
      describe: 'Annotation of the image to set (KEY=VALUE) or remove (KEY-)',
    },
    unsetlabel: { type: 'string[]', describe: 'Label to remove' },
    user: { type: 'string', alias: ['u'], describe: 'User, with a group after a colon' },
    workingdir: { type: 'string', describe: 'Directory that commands start in' },
    stopSignal: { type: 'string', describe: 'Signal that asks containers to end' },
    onbuild: {
      type: 'string[]',
      describe: 'Instruction for images that are built on this one; "-" for none (docker format)',
    },
    healthcheck: {
      type: 'string',
      describe:
        'How to see that a container is well: CMD and words, NONE, or a line (docker format)',
    },
    healthcheckInterval: { type: 'string', describe: 'Time between two checks' },
    healthcheckTimeout: { type: 'string', describe: 'Time after which a check has failed' },
    healthcheckStartPeriod: { type: 'string', describe: 'Time in which checks may fail at first' },
    healthcheckStartInterval: { type: 'string', describe: 'Time between checks in that time' },
    healthcheckRetries: { type: 'number', describe: 'Failed checks that make it unwell' },
    hostname: { type: 'string', describe: 'Host name of containers (docker format)' },
    domainname: { type: 'string', describe: 'Domain name of containers (docker format)' },
    os: { type: 'string', describe: 'Operating system that the image is for' },
    arch: { type: 'string', describe: 'Architecture that the image is for' },
    variant: { type: 'string', describe: 'Variant of the architecture' },
    author: { type: 'string', describe: 'Who made the image' },
    comment: { type: 'string', describe: 'Comment on the image (docker format)' },
    createdBy: { type: 'string', describe: 'What the history says about how it was made' },
    historyComment: { type: 'string', describe: 'What the history says besides' },
    addHistory: {
      type: 'boolean',
      default: false,
      describe: 'Tell of these changes in the history of the image',
    },
  },
  async run({ container, addHistory, ...options }, context) {
    const { configure } = await import('../../core/config.ts')
    const changes = configChanges(options, context().env)
    await configure(context(), { container, changes, addHistory })
    return 0
  },
})
