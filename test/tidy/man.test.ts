// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type CommandTable, dashed, flagName, type Option, synopsis } from '../../cli/command.ts'
import { commands } from '../../cli/commands/index.ts'
import { containerOptions } from '../../cli/container-options.ts'
import { globalOptions, program } from '../../cli/globals.ts'
import { repository } from '../harness/repository.ts'
import { none } from './none.ts'

const folder = join(repository, 'man')
const shown = commands.filter(({ hidden }) => hidden !== true)
/** Where the options are described that several commands share. */
const sharedPage = 'tsbuild-container.7.md'
/** What is about no command. */
const topics = ['tsbuild-nested.7.md']
const all: readonly CommandTable[] = [program, ...shown]
const pageOf = ({ name }: CommandTable) => (name === 'tsbuild' ? name : `tsbuild-${name}`)

const chapters = [
  'NAME',
  'SYNOPSIS',
  'DESCRIPTION',
  'OPTIONS',
  'EXAMPLES',
  'EXIT STATUS',
  'SEE ALSO',
]

describe('the pages in man/', () => {
  it('are one for each command, one for all, and some for topics', () => {
    const wanted = [...all.map((table) => `${pageOf(table)}.1.md`), sharedPage, ...topics]
    assert.deepEqual(readdirSync(folder).sort(), wanted.sort())
  })

  it('are listed on the page for all, in the order of help', () => {
    const listed = [...read(program).matchAll(/^\| \*\*(tsbuild-\w+)\*\*\(1\) \|/gm)]
    assert.deepEqual(
      listed.map(([, name]) => name),
      shown.map(pageOf),
    )
  })
})

for (const table of all) {
  const page = pageOf(table)
  const text = read(table)
  describe(`${page}(1)`, () => {
    it('has its chapters in order, and an environment only on the page for all', () => {
      const found = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
      assert.deepEqual(
        found.filter((title) => title !== 'ENVIRONMENT'),
        chapters,
      )
      assert.ok(text.startsWith(`# ${page}(1)\n`))
    })

    it('says in its name what help says', () => {
      const summary = table.summary[0]?.toLowerCase() + table.summary.slice(1)
      assert.equal(chapter(text, 'NAME'), `${page} - ${summary}`)
    })

    it('has the synopsis of the table', () => {
      const [line = '', ...names] = chapter(text, 'SYNOPSIS').split('\n\n')
      if (table.name !== 'tsbuild') {
        assert.equal(line.replaceAll('*', ''), `tsbuild ${synopsis(table).replaceAll(/[<>]/g, '')}`)
      }
      const aliases = [...names.join().matchAll(/\*\*(\w+)\*\*/g)].map(([, name]) => name)
      assert.deepEqual(aliases, table.aliases ?? [])
    })

    it('describes every argument', () => {
      const prose = chapter(text, 'DESCRIPTION')
      none(Object.keys(table.positionals).filter((name) => !names(prose, name)))
    })

    it('describes exactly the options of the table, with their defaults and choices', () => {
      describesAll(text, optionsOf(table))
      const isSharing = 'isolation' in table.options
      assert.equal(chapter(text, 'OPTIONS').includes('**tsbuild-container**(7)'), isSharing)
    })

    it('shows commands that can be typed', () => {
      const typed = [...chapter(text, 'EXAMPLES').matchAll(/^\$ .*\btsbuild /gm)]
      assert.ok(typed.length > 0)
    })

    it('points only to pages there are', () => {
      const pages = all.map(pageOf)
      const pointed = [...text.matchAll(/\*\*(tsbuild[\w-]*)\*\*\(1\)/g)].map(
        ([, name]) => name ?? '',
      )
      none(pointed.filter((name) => !pages.includes(name)))
      assert.ok(page === 'tsbuild' || chapter(text, 'SEE ALSO').includes('**tsbuild**(1)'))
    })
  })
}

describe('tsbuild-container(7)', () => {
  it('describes exactly the options that are shared', () => {
    const text = readFileSync(join(folder, sharedPage), 'utf8')
    describesAll(text, Object.entries(containerOptions))
  })
})

function describesAll(text: string, options: readonly (readonly [string, Option])[]): void {
  const described = optionParagraphs(text)
  assert.deepEqual(
    described.map(({ heading }) =>
      [...heading.matchAll(/\*\*(-[\w-]+)\*\*/g)].map(([, name]) => name),
    ),
    options.map(spellings),
  )
  for (const [index, [key, option]] of options.entries()) {
    const { heading = '', prose = '' } = described[index] ?? {}
    assert.ok(prose.length > 15, `${key} is not described`)
    assert.equal(/\*[A-Z]/.test(heading), option.type !== 'boolean', `the value of ${key}`)
    none(mentions(option).filter((word) => !prose.includes(`**${word}**`)))
    assert.equal(/(may be|is) given several times/i.test(prose), option.type === 'string[]', key)
  }
}

/** What the page of `table` has to describe: the options for all are on the page for all. */
const optionsOf = (table: CommandTable): [string, Option][] =>
  Object.entries<Option>(
    table.name === 'tsbuild' ? { ...globalOptions, ...table.options } : table.options,
  ).filter(
    ([key, option]) => option.hidden !== true && Reflect.get(containerOptions, key) !== option,
  )

/** The long names first, then the short ones. */
function spellings([key, { alias = [] }]: readonly [string, Option]): string[] {
  const all = [flagName(key), ...alias].map(dashed)
  return [
    ...all.filter((name) => name.startsWith('--')),
    ...all.filter((name) => !name.startsWith('--')),
  ]
}

/** The words that a description must say in bold. */
function mentions(option: Option): string[] {
  const choices = 'choices' in option ? (option.choices ?? []) : []
  const value = 'default' in option && option.type !== 'boolean' ? [String(option.default)] : []
  return [...choices, ...value]
}

const names = (prose: string, argument: string) =>
  prose.includes(`*${argument}*`) || new RegExp(`\\b${argument}\\b`).test(prose)

function optionParagraphs(text: string): { heading: string; prose: string }[] {
  const parts = chapter(text, 'OPTIONS').split(/^(?=\*\*--.*$|### )/m)
  return parts
    .filter((part) => part.startsWith('**--') && !part.startsWith('**--**'))
    .map((part) => {
      const [heading = '', ...prose] = part.split('\n\n')
      return { heading, prose: prose.join(' ').replaceAll(/\s+/g, ' ') }
    })
}

/** The text under a heading of the second level. */
function chapter(text: string, title: string): string {
  const [, rest = ''] = text.split(`\n## ${title}\n`)
  return (rest.split('\n## ')[0] ?? '').trim()
}

function read(table: CommandTable): string {
  return readFileSync(join(folder, `${pageOf(table)}.1.md`), 'utf8')
}
