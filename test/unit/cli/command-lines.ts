// SPDX-License-Identifier: Apache-2.0
import { type CommandTable, command, type Values } from '../../../cli/command.ts'
import { addCommand } from '../../../cli/commands/add.ts'
import { fromCommand } from '../../../cli/commands/from.ts'
import { rmiCommand } from '../../../cli/commands/rmi.ts'
import { runCommand } from '../../../cli/commands/run.ts'
import { unshareCommand } from '../../../cli/commands/unshare.ts'

/** What a line says; then its words; then what differs from `plain`, or what the error says. */
type Row = readonly [name: string, argv: readonly string[], want: Values | RegExp]

interface Lines {
  readonly of: CommandTable
  /** The arguments of the shortest line. */
  readonly plain: Values
  readonly rows: readonly Row[]
}

const everyType = command({
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

const runPlain = {
  container: 'c',
  command: ['ls'],
  env: [],
  user: undefined,
  workingdir: undefined,
  hostname: undefined,
  network: 'slirp4netns',
  tty: undefined,
  capAdd: [],
  capDrop: [],
  securityOpt: [],
  dryRun: false,
}

const runRows: readonly Row[] = [
  ['a container and a command', ['c', 'ls'], {}],
  ['options of the command', ['c', 'ls', '-l', '--all'], { command: ['ls', '-l', '--all'] }],
  [
    'our options behind the container',
    ['c', 'ls', '--user', 'x'],
    { command: ['ls', '--user', 'x'] },
  ],
  ['a command that looks like an option', ['c', '-e', 'A=b'], { command: ['-e', 'A=b'] }],
  ['help for the command', ['c', 'ls', '--help'], { command: ['ls', '--help'] }],
  ['-- after the container', ['c', '--', 'ls'], {}],
  ['-- before the container', ['--', 'c', 'ls'], {}],
  ['-- twice', ['--', 'c', '--', 'ls', '-l'], { command: ['ls', '-l'] }],
  ['-- inside the command', ['c', 'ls', '--', 'x'], { command: ['ls', '--', 'x'] }],
  ["a second -- is the command's", ['c', '--', '--', 'x'], { command: ['--', 'x'] }],
  ['an empty argument', ['c', 'ls', ''], { command: ['ls', ''] }],
  ['a number as an argument', ['c', 'ls', '007'], { command: ['ls', '007'] }],
  ['a number as a container', ['123', 'ls'], { container: '123' }],
  ['a dash as a container', ['-', 'ls'], { container: '-' }],
  ['true as a command after a flag', ['--tty', 'c', 'true'], { tty: true, command: ['true'] }],
  ['--env and a word', ['--env', 'A=b', 'c', 'ls'], { env: ['A=b'] }],
  ['--env with =', ['--env=A=b', 'c', 'ls'], { env: ['A=b'] }],
  ['--env with more =', ['--env=A=b=c==', 'c', 'ls'], { env: ['A=b=c=='] }],
  ['-e and a word', ['-e', 'A=b', 'c', 'ls'], { env: ['A=b'] }],
  ['-e without a blank', ['-eA=b', 'c', 'ls'], { env: ['A=b'] }],
  ['-e with =', ['-e=A=b', 'c', 'ls'], { env: ['A=b'] }],
  ['-e without a value of its own', ['-eHOME', 'c', 'ls'], { env: ['HOME'] }],
  ['an empty --env', ['--env=', 'c', 'ls'], { env: [''] }],
  ['an empty word after --env', ['--env', '', 'c', 'ls'], { env: [''] }],
  [
    '--env more than once',
    ['-e', 'A=1', '--env=B=2', '-eA=3', 'c', 'ls'],
    { env: ['A=1', 'B=2', 'A=3'] },
  ],
  ['a value of --env that begins with a dash', ['--env', '-x', 'c', 'ls'], { env: ['-x'] }],
  ['a value of --env that is --', ['--env', '--', 'c', 'ls'], { env: ['--'] }],
  ['a value with quotes', ['--env=A="b c"', 'c', 'ls'], { env: ['A="b c"'] }],
  ['a value in quotes', ['--env', "'A=b'", 'c', 'ls'], { env: ["'A=b'"] }],
  ['a value of several lines', ['--env=A=1\n--user=x\n', 'c', 'ls'], { env: ['A=1\n--user=x\n'] }],
  ['a value with a comma', ['--env=A=1,B=2', 'c', 'ls'], { env: ['A=1,B=2'] }],
  [
    'a value that is a number',
    ['--env=1', '-e', '0x10', '-e1e3', 'c', 'ls'],
    { env: ['1', '0x10', '1e3'] },
  ],
  [
    'a value that is a word of JavaScript',
    ['--env=undefined', '--user=null', 'c', 'ls'],
    { env: ['undefined'], user: 'null' },
  ],
  ['--user and a word', ['--user', 'bob:staff', 'c', 'ls'], { user: 'bob:staff' }],
  ['--user as a number', ['--user', '0010', 'c', 'ls'], { user: '0010' }],
  ['a negative --user', ['--user', '-1', 'c', 'ls'], { user: '-1' }],
  ['an empty --user', ['--user=', 'c', 'ls'], { user: '' }],
  ['--user more than once: the last', ['--user=a', '--user', 'b', 'c', 'ls'], { user: 'b' }],
  ['--workingdir', ['--workingdir', '/a b', 'c', 'ls'], { workingdir: '/a b' }],
  ['--hostname', ['--hostname=h.example', 'c', 'ls'], { hostname: 'h.example' }],
  ['--network', ['--network', 'none', 'c', 'ls'], { network: 'none' }],
  ['--net is --network', ['--net=host', 'c', 'ls'], { network: 'host' }],
  ['both, the last wins', ['--net=host', '--network=none', 'c', 'ls'], { network: 'none' }],
  ['-t', ['-t', 'c', 'ls'], { tty: true }],
  ['--tty', ['--tty', 'c', 'ls'], { tty: true }],
  ['--terminal is --tty', ['--terminal', 'c', 'ls'], { tty: true }],
  ['--no-tty', ['--no-tty', 'c', 'ls'], { tty: false }],
  ['--no-terminal is --no-tty', ['--no-terminal', 'c', 'ls'], { tty: false }],
  ['--tty=false', ['--tty=false', 'c', 'ls'], { tty: false }],
  ['-t=false', ['-t=false', 'c', 'ls'], { tty: false }],
  ['--tty=1', ['--tty=1', 'c', 'ls'], { tty: true }],
  ['the last of --tty and --no-tty', ['--tty', '--no-tty', 'c', 'ls'], { tty: false }],
  ['short options in one word', ['-teA=b', 'c', 'ls'], { tty: true, env: ['A=b'] }],
  [
    'a value behind short options in one word',
    ['-te', 'A=b', 'c', 'ls'],
    { tty: true, env: ['A=b'] },
  ],
  [
    'capabilities',
    ['--cap-add', 'A', '--cap-add=B', '--cap-drop', 'all', 'c', 'ls'],
    { capAdd: ['A', 'B'], capDrop: ['all'] },
  ],
  [
    '--security-opt',
    ['--security-opt', 'seccomp=/a=b', 'c', 'ls'],
    { securityOpt: ['seccomp=/a=b'] },
  ],
  ['--dry-run', ['--dry-run', 'c', 'ls'], { dryRun: true }],
  [
    'all together',
    ['-t', '--net', 'none', '-eA=1', '--user', 'u', 'c', 'ls', '-e'],
    { tty: true, network: 'none', env: ['A=1'], user: 'u', command: ['ls', '-e'] },
  ],
  ['nothing', [], /"run" needs <container>/],
  ['no command', ['c'], /"run" needs <command>/],
  ['no command behind --', ['c', '--'], /"run" needs <command>/],
  ['an unknown option', ['--foo', 'c', 'ls'], /unknown option "--foo" of "run"/],
  ['an unknown option with a value', ['--foo=x', 'c', 'ls'], /unknown option "--foo" of "run"/],
  ['an unknown short option', ['-x', 'c', 'ls'], /unknown option "-x" of "run"/],
  [
    'an unknown short option behind a known one',
    ['-tx', 'c', 'ls'],
    /unknown option "-x" of "run"/,
  ],
  ['the name in camelCase', ['--capAdd=A', 'c', 'ls'], /unknown option "--capAdd"/],
  ['the beginning of a name', ['--work=/', 'c', 'ls'], /unknown option "--work"/],
  ['a key of every object', ['--__proto__=x', 'c', 'ls'], /unknown option "--__proto__"/],
  ['a property of a value', ['--env.x=1', 'c', 'ls'], /unknown option "--env.x"/],
  ['--no- of what has a value', ['--no-user', 'c', 'ls'], /unknown option "--no-user"/],
  ['--no- with a value', ['--no-tty=true', 'c', 'ls'], /unknown option "--no-tty"/],
  [
    'a flag with another value',
    ['--tty=maybe', 'c', 'ls'],
    /"--tty" of "run" must be true or false, not "maybe"/,
  ],
  ['a flag with an empty value', ['--tty=', 'c', 'ls'], /must be true or false, not ""/],
  ['an option without its value', ['--user'], /option "--user" of "run" needs a value/],
  ['a short option without its value', ['-e'], /option "-e" of "run" needs a value/],
  [
    'none of the choices',
    ['--network=bridge', 'c', 'ls'],
    /"--network" of "run" must be none, host or slirp4netns, not "bridge"/,
  ],
]

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
    plain: { container: 'c', sources: ['a'], destination: '/d' },
    rows: [
      ['one source', ['c', 'a', '/d'], {}],
      ['several sources', ['c', 'a', 'b', 'e', '/d'], { sources: ['a', 'b', 'e'] }],
      ['no destination', ['c', 'a'], /"add" needs <destination>/],
      ['no source', ['c'], /"add" needs <sources>/],
    ],
  },
  {
    of: fromCommand,
    plain: { image: 'scratch', name: undefined },
    rows: [
      ['an image', ['scratch'], {}],
      ['an option behind it', ['scratch', '--name', 'x'], { name: 'x' }],
      ['two images', ['scratch', 'b'], /"from" has no use for "b"/],
    ],
  },
  {
    of: rmiCommand,
    plain: { images: [], all: false, force: false },
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

export const lines: readonly Lines[] = [
  { of: runCommand, plain: runPlain, rows: runRows },
  ...otherLines,
]
