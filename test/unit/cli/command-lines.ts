// SPDX-License-Identifier: Apache-2.0
import { type CommandTable, command, type Values } from '../../../cli/command.ts'
import { addCommand } from '../../../cli/commands/add.ts'
import { fromCommand } from '../../../cli/commands/from.ts'
import { rmiCommand } from '../../../cli/commands/rmi.ts'
import { unshareCommand } from '../../../cli/commands/unshare.ts'
import { noContainerOptions } from './no-container-options.ts'
import { runLines } from './run-lines.ts'

/** What a line says; then its words; then what differs from `plain`, or what the error says. */
export type Row = readonly [name: string, argv: readonly string[], want: Values | RegExp]

export interface Lines {
  readonly of: CommandTable
  /** The arguments of the shortest line. */
  readonly plain: Values
  readonly rows: readonly Row[]
}

export const everyType = command({
  name: 'every',
  group: 'This machine',
  summary: 'Have the kinds of options that no real command has yet',
  examples: [],
  namespace: 'none',
  positionals: { words: { count: 'any', describe: 'Anything' } },
  options: {
    jobs: { type: 'number', alias: ['j'], default: 1, describe: 'A number' },
    level: { type: 'number', describe: 'A number without default' },
    fast: { type: 'boolean', default: true, describe: 'On unless turned off' },
    noise: { type: 'boolean', alias: ['n'], default: false, describe: 'Begins with "no"' },
    mode: { type: 'string', choices: ['a', 'b'], describe: 'One of two' },
    dotted: { type: 'string', alias: ['d.x'], describe: 'Has an alias with a dot' },
    secret: { type: 'boolean', hidden: true, describe: 'Is not to be suggested' },
  },
  run: () => 0,
})

const otherLines: readonly Lines[] = [
  {
    of: everyType,
    plain: {
      words: [],
      jobs: 1,
      level: undefined,
      fast: true,
      noise: false,
      mode: undefined,
      dotted: undefined,
      secret: undefined,
    },
    rows: [
      ['nothing at all', [], {}],
      ['a number', ['--jobs', '4'], { jobs: 4 }],
      ['a short number', ['-j4'], { jobs: 4 }],
      ['a negative fraction', ['--level', '-0.5'], { level: -0.5 }],
      ['a number more than once', ['-j4', '--jobs=8'], { jobs: 8 }],
      ['no number', ['--jobs=many'], /option "--jobs" of "every" must be a number, not "many"/],
      ['an empty number', ['--jobs='], /must be a number/],
      ['a default turned off', ['--no-fast'], { fast: false }],
      ['a name that begins with "no"', ['--noise'], { noise: true }],
      ['and that turned off', ['--no-noise'], { noise: false }],
      ['a choice', ['--mode=b'], { mode: 'b' }],
      ['an alias with a dot', ['--d.x=1'], { dotted: '1' }],
      ['a hidden option works', ['--secret'], { secret: true }],
      [
        'options between words and behind them',
        ['a', '-n', 'b', '-j2'],
        { words: ['a', 'b'], noise: true, jobs: 2 },
      ],
      [
        'words that look like options behind --',
        ['a', '--', '-n', '--'],
        { words: ['a', '-n', '--'] },
      ],
    ],
  },
  {
    of: addCommand,
    plain: {
      ...{ container: 'c', sources: ['a'], destination: '/d' },
      ...{ chown: undefined, chmod: undefined, from: undefined, contextdir: undefined },
      ...{ ignorefile: undefined, exclude: [] },
      ...{ addHistory: false, quiet: false },
    },
    rows: [
      ['one source', ['c', 'a', '/d'], {}],
      ['several sources', ['c', 'a', 'b', 'e', '/d'], { sources: ['a', 'b', 'e'] }],
      ['no destination', ['c', 'a'], { destination: undefined }],
      ['options', ['--chown=a:b', '-q', 'c', 'a', '/d'], { chown: 'a:b', quiet: true }],
      ['no source', ['c'], /"add" needs <sources>/],
    ],
  },
  {
    of: fromCommand,
    plain: { image: 'scratch', name: undefined, ...noContainerOptions },
    rows: [
      ['an image', ['scratch'], {}],
      ['an option behind it', ['scratch', '--name', 'x'], { name: 'x' }],
      ['two images', ['scratch', 'b'], /"from" has no use for "b"/],
    ],
  },
  {
    of: rmiCommand,
    plain: { images: [], all: false, force: false, prune: false },
    rows: [
      ['short flags in one word', ['-af'], { all: true, force: true }],
      ['images and a flag', ['a', '-f', 'b'], { images: ['a', 'b'], force: true }],
    ],
  },
  {
    of: unshareCommand,
    plain: { command: [] },
    rows: [
      ['no command', [], {}],
      ['a command with options', ['ls', '-l', '--', 'x'], { command: ['ls', '-l', '--', 'x'] }],
      ['-- before the command', ['--', 'ls', '-l'], { command: ['ls', '-l'] }],
      ['an option that is not ours', ['-l', 'ls'], /unknown option "-l" of "unshare"/],
    ],
  },
]

export const lines: readonly Lines[] = [runLines, ...otherLines]
