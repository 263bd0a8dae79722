// SPDX-License-Identifier: Apache-2.0
import type { Option, Options, Positional } from './command.ts'

/** The positional of the commands that work on one container. */
export const workingContainer = {
  count: 'one',
  describe: 'Name or id of a working container',
  names: 'container',
} as const satisfies Positional

/** The options of the commands that print a table. */
export const listOptions = {
  json: { type: 'boolean', default: false, describe: 'Print JSON' },
  quiet: { type: 'boolean', alias: ['q'], default: false, describe: 'Print ids only' },
  noheading: { type: 'boolean', alias: ['n'], default: false, describe: 'Leave out headings' },
} as const satisfies Options

export const imageFormat = {
  type: 'string',
  alias: ['f'],
  choices: ['oci', 'docker'],
  default: 'oci',
  describe: 'Whose format the manifest and the config have',
} as const satisfies Option
