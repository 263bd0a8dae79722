// SPDX-License-Identifier: Apache-2.0
import type { CommandTable, Options } from './command.ts'

/** Options every command takes, before or after its name. */
export const globalOptions = {
  root: { type: 'string', describe: 'Directory of the store (images and working containers)' },
  runroot: { type: 'string', describe: 'Directory of the run state' },
  help: { type: 'boolean', alias: ['h'], default: false, describe: 'Show this help' },
} as const satisfies Options

/** The program itself, as far as it takes options without a command. */
export const program = {
  name: 'tsbuild',
  group: 'This machine',
  summary: 'Build and run OCI containers without root and without a daemon',
  examples: [],
  namespace: 'none',
  positionals: {},
  options: {
    version: { type: 'boolean', alias: ['v'], default: false, describe: 'Show the version' },
  },
} as const satisfies CommandTable
