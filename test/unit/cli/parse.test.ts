// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CommandTable } from '../../../cli/command.ts'
import { runCommand } from '../../../cli/commands/run.ts'
import { unshareCommand } from '../../../cli/commands/unshare.ts'
import { program } from '../../../cli/globals.ts'
import { readHot } from '../../../cli/hot-parse.ts'
import { parse, type Reader } from '../../../cli/parse.ts'
import { readYargs } from '../../../cli/yargs.ts'
import { everyType, lines } from './command-lines.ts'

const readers: readonly (readonly [string, Reader])[] = [
  ['yargs', readYargs],
  ['yargs-parser alone', readHot],
]

for (const [reader, read] of readers) {
  describe(`a command line read by ${reader}`, () => {
    for (const { of, plain, rows } of lines) {
      for (const [name, argv, want] of rows) {
        it(`${of.name}: ${name}`, () => {
          if (want instanceof RegExp) {
            assert.throws(() => parse(of, argv, read), {
              code: 'USAGE',
              exitCode: 125,
              message: want,
            })
          } else {
            const parsed = parse(of, argv, read)
            assert.deepEqual(parsed, {
              help: false,
              root: undefined,
              runroot: undefined,
              args: { ...plain, ...want },
            })
          }
        })
      }
    }
  })

  describe(`global options read by ${reader}`, () => {
    it('stand before the positionals', () => {
      const parsed = parse(runCommand, ['--root', '/a', '--runroot=/b', 'c', 'ls'], read)
      assert.ok(!parsed.help)
      assert.deepEqual([parsed.root, parsed.runroot], ['/a', '/b'])
      assert.ok(!('root' in parsed.args))
    })
    it('stand before a command without a container', () => {
      const parsed = parse(unshareCommand, ['--root=/a', '--runroot', '/b', 'ls', '--root'], read)
      assert.deepEqual(parsed, {
        help: false,
        root: '/a',
        runroot: '/b',
        args: { command: ['ls', '--root'] },
      })
    })
    for (const name of ['--root', '--runroot']) {
      it(`${name} is not empty`, () => {
        const error = {
          code: 'USAGE',
          message: `option "${name}" of "run" must be a directory, not ""`,
        }
        assert.throws(() => parse(runCommand, [`${name}=`, 'c', 'ls'], read), error)
      })
    }
    for (const argv of [['--help'], ['-h'], ['-th'], ['--help', 'c']]) {
      it(`${argv.join(' ')} asks for help, whatever is missing`, () => {
        assert.deepEqual(parse(runCommand, argv, read), { help: true })
      })
    }
  })
}

describe('a command line of 500,000 words', () => {
  it('is read', () => {
    const words = Array.from({ length: 500_000 }, (_, index) => `${index}`)
    for (const argv of [
      ['c', ...words],
      ['--', 'c', ...words],
      ['c', '--', ...words],
    ]) {
      const parsed = parse(runCommand, argv, readHot)
      assert.ok(!parsed.help)
      assert.deepEqual(parsed.args['command'], words)
    }
  })
})

describe('the hint for a line that is wrong', () => {
  const rows: readonly (readonly [CommandTable, argv: readonly string[], hint: string])[] = [
    [runCommand, ['--tyt'], 'did you mean "--tty"?'],
    [runCommand, ['--work=/'], 'did you mean "--workingdir"?'],
    [runCommand, ['--rot=/'], 'did you mean "--root"?'],
    [runCommand, ['--frobnicate'], 'see "tsbuild run --help"'],
    [runCommand, ['-x'], 'see "tsbuild run --help"'],
    [runCommand, ['--user'], 'see "tsbuild run --help"'],
    [runCommand, [], 'usage: tsbuild run [options] <container> <command...>'],
    [everyType, ['--secre'], 'see "tsbuild every --help"'],
    [program, ['--versoin'], 'did you mean "--version"?'],
    [program, ['--frobnicate'], 'see "tsbuild help"'],
  ]
  for (const [table, argv, hint] of rows) {
    it(`${table.name} ${argv.join(' ')}: ${hint}`, () => {
      assert.throws(() => parse(table, argv, readHot), { code: 'USAGE', hint })
    })
  }
})
