// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { command, dashed, flagName, type Option, synopsis } from '../../../cli/command.ts'
import { commands, findCommand, namesOf } from '../../../cli/commands/index.ts'
import { findVerb, valueOptions } from '../../../cli/find-verb.ts'
import { globalOptions } from '../../../cli/globals.ts'
import { readHot } from '../../../cli/hot-parse.ts'
import { launchTable } from '../../../cli/launch-table.ts'
import { overview } from '../../../cli/overview.ts'
import { parse } from '../../../cli/parse.ts'
import { shellWords } from '../../../cli/shell-words.ts'
import { commandHelp } from '../../../cli/yargs.ts'

const shown = commands.filter(({ hidden }) => hidden !== true)

describe('the table of commands', () => {
  it('gives no name twice', () => {
    const names = commands.flatMap(namesOf)
    assert.deepEqual(names, [...new Set(names)])
  })

  for (const table of commands) {
    const options = Object.entries<Option>({ ...globalOptions, ...table.options })
    it(`${table.name} gives no option the name of another`, () => {
      const names = options.flatMap(([key, { alias = [] }]) => [flagName(key), ...alias])
      assert.deepEqual(names, [...new Set(names)])
    })

    it(`${table.name} says what everything is, beginning with a capital or a name`, () => {
      const described = [...options, ...Object.entries(table.positionals)]
      for (const [key, { describe: text }] of described) {
        assert.match(text, /^([A-Z].*|bash|no-new-privileges.*)[^.]$/, key)
      }
      assert.match(table.summary, /^[A-Z].*[^.]$/)
    })

    it(`${table.name} has at most one list among its positionals`, () => {
      const counts = Object.values(table.positionals).map(({ count }) => count)
      assert.ok(counts.filter((count) => count === 'some' || count === 'any').length < 2)
    })

    for (const [line] of table.examples) {
      it(`${line} is how it is used`, () => {
        const words = shellWords(/tsbuild [^|)]*/.exec(line)?.[0] ?? '')
        const { verb = '', after } = findVerb(words.slice(1))
        assert.equal(findCommand(verb), table)
        assert.equal(parse(table, after, readHot).help, false)
      })
    }
  }

  it('ties the arguments of a handler to the options', () => {
    command({
      name: 'x',
      group: 'Images',
      summary: 'Check types when this file is compiled',
      examples: [],
      namespace: 'none',
      positionals: { one: { count: 'one', describe: '' }, any: { count: 'any', describe: '' } },
      options: {
        flag: { type: 'boolean', default: false, describe: '' },
        mode: { type: 'string', choices: ['a', 'b'], describe: '' },
      },
      run({ one, any, flag, mode, ...rest }) {
        const typed: [string, readonly string[], boolean, 'a' | 'b' | undefined] = [
          one,
          any,
          flag,
          mode,
        ]
        // @ts-expect-error there is no such option
        return rest.other ?? typed.length
      },
    })
  })
})

describe('findCommand', () => {
  it('knows the aliases', () => {
    assert.deepEqual(
      ['ps', 'ls', 'list', 'delete'].map((alias) => findCommand(alias).name),
      ['containers', 'containers', 'containers', 'rm'],
    )
  })

  it('says what an unknown one may have been', () => {
    const error = { code: 'USAGE', message: 'unknown command "imags"' }
    assert.throws(() => findCommand('imags'), { ...error, hint: 'did you mean "images"?' })
    assert.throws(() => findCommand('frobnicate'), { code: 'USAGE', hint: 'see "tsbuild help"' })
  })

  it('does not suggest what is hidden', () => {
    assert.throws(() => findCommand('__complet'), { hint: 'see "tsbuild help"' })
  })
})

describe('help', () => {
  it('lists every command once, under its group', () => {
    const text = overview(commands)
    for (const { name, summary } of shown) {
      assert.equal(text.split(`  ${summary}`).length, 2, name)
      assert.match(text, new RegExp(`^ {2}${name} +[A-Z]`, 'm'))
    }
    assert.doesNotMatch(text, /__complete/)
  })

  for (const table of shown) {
    it(`of ${table.name} tells its synopsis, options and examples within 80 columns`, async () => {
      const text = await commandHelp(table, 80)
      assert.ok(text.startsWith(`Usage: tsbuild ${synopsis(table)}\n`))
      const options = Object.entries({ ...globalOptions, ...table.options })
      for (const [key] of options) assert.match(text, new RegExp(` ${dashed(flagName(key))}\\b`))
      for (const name of Object.keys(table.positionals)) {
        assert.match(text, new RegExp(`^ {2}${name} +[A-Z]`, 'm'))
      }
      for (const [line] of table.examples) assert.ok(text.includes(`  $ ${line}\n`))
      assert.deepEqual(
        text.split('\n').filter((line) => line.length > 80),
        [],
      )
    })
  }
})

describe('the launch table', () => {
  const { verbs, valueOptions: withValue } = launchTable()
  const entering = verbs.filter(({ mode }) => mode === 'enter').map(({ name }) => name)

  it('has every name of every command', () => {
    assert.deepEqual(
      verbs.map(({ name }) => name),
      commands.flatMap(namesOf),
    )
  })

  it('enters for what changes the store, runs something or tells what it could', () => {
    const wanted =
      'build bud from copy add config run commit rm delete rmi pull push tag unshare info'
    assert.deepEqual(entering, wanted.split(' '))
  })

  it('steps over the global options that have a value', () => {
    const text = Object.entries(globalOptions).filter(([, { type }]) => type === 'string')
    assert.deepEqual(
      withValue,
      text.map(([key]) => dashed(flagName(key))),
    )
    assert.deepEqual(withValue, valueOptions)
  })
})
