// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runCommand } from '../../../cli/commands/run.ts'
import { readHot } from '../../../cli/hot-parse.ts'
import { parse, type Reader } from '../../../cli/parse.ts'
import { readYargs } from '../../../cli/yargs.ts'
import { lines } from './command-lines.ts'

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
