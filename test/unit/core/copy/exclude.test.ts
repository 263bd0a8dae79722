// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { excludeMatcher } from '../../../../core/copy/exclude.ts'
import { setUpCopying } from './copying.ts'

interface Case {
  readonly name: string
  readonly sources: readonly string[]
  readonly exclude: readonly string[]
  readonly want: readonly string[]
}

const cases: readonly Case[] = [
  { name: 'nothing', sources: ['d'], exclude: [], want: ['a.log', 'b', 'e', 'e/c.log', 'e/f'] },
  {
    name: 'names at the top',
    sources: ['d'],
    exclude: ['*.log'],
    want: ['b', 'e', 'e/c.log', 'e/f'],
  },
  { name: 'names at any depth', sources: ['d'], exclude: ['**/*.log'], want: ['b', 'e', 'e/f'] },
  { name: 'a directory', sources: ['d'], exclude: ['e'], want: ['a.log', 'b'] },
  { name: 'all but one', sources: ['d'], exclude: ['*', '!e/f'], want: ['e', 'e/f'] },
  { name: 'several', sources: ['d'], exclude: ['e', 'b'], want: ['a.log'] },
  { name: 'a file among sources', sources: ['d/*'], exclude: ['*.log'], want: ['b', 'f'] },
  { name: 'a name with #', sources: ['n'], exclude: ['#x'], want: ['y'] },
]

function selected(t: TestContext, { sources, exclude }: Pick<Case, 'sources' | 'exclude'>) {
  const { context, select, origin } = setUpCopying(t)
  for (const name of ['d/a.log', 'd/b', 'd/e/c.log', 'd/e/f', 'n/#x', 'n/y']) {
    mkdirSync(join(context, name, '..'), { recursive: true })
    writeFileSync(join(context, name), name)
  }
  const selection = select(sources, origin, { exclude })
  selection.close()
  return selection.matches.flatMap(({ items, kind, name }) =>
    items.map(({ path }) => (kind === 'file' ? name : path)),
  )
}

describe('--exclude', () => {
  for (const { name, want, ...given } of cases) {
    it(`leaves out ${name}`, (t) => assert.deepEqual(selected(t, given), want))
  }

  it('that leaves nothing of a source is an error which names it', (t) => {
    const error = {
      code: 'PATH_INVALID',
      message: /1 filtered out using --exclude/,
      hint: /--exclude/,
    }
    assert.throws(() => selected(t, { sources: ['d/b'], exclude: ['b'] }), error)
  })

  it('is refused when it is no pattern', () => {
    const error = { code: 'USAGE', message: /cannot exclude "\[a"/, hint: /close the "\["/ }
    assert.throws(() => excludeMatcher(['[a']), error)
  })
})
