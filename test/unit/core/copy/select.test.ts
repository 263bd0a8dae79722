// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { CopyOrigin } from '../../../../core/copy/origin.ts'
import { type Copying, setUpCopying } from './copying.ts'

function setUp(t: TestContext): Copying {
  const copying = setUpCopying(t)
  const { context, base } = copying
  mkdirSync(join(context, 'd/sub'), { recursive: true })
  mkdirSync(join(context, 'empty'))
  for (const name of ['a.txt', 'b.txt', 'd/c.txt', 'd/sub/e.txt', 'we[i]rd', '.hidden']) {
    writeFileSync(join(context, name), name)
  }
  writeFileSync(join(base, 'outside'), 'secret')
  symlinkSync('d', join(context, 'to-d'))
  symlinkSync('/a.txt', join(context, 'abs'))
  symlinkSync('../outside', join(context, 'out'))
  symlinkSync('nowhere', join(context, 'dangling'))
  return copying
}

/** What was selected, one line a file: `source: path`. */
function listed({ select }: Copying, patterns: readonly string[], origin?: CopyOrigin): string[] {
  const selection = select(patterns, origin)
  selection.close()
  return selection.matches.flatMap(({ name, items, kind }) =>
    items.map(({ path }) => (kind === 'file' ? name : `${name}/${path}`)),
  )
}

interface Case {
  readonly name: string
  readonly patterns: readonly string[]
  readonly want: readonly string[]
}

const found: readonly Case[] = [
  { name: 'a file', patterns: ['a.txt'], want: ['a.txt'] },
  { name: 'a file from the root', patterns: ['/d/c.txt'], want: ['c.txt'] },
  { name: 'a path that goes up and down', patterns: ['d/../../a.txt'], want: ['a.txt'] },
  {
    name: 'the content of a directory',
    patterns: ['d/'],
    want: ['d/c.txt', 'd/sub', 'd/sub/e.txt'],
  },
  { name: 'files of a pattern, sorted', patterns: ['*.txt'], want: ['a.txt', 'b.txt'] },
  { name: 'a pattern in the middle', patterns: ['*/c.*'], want: ['c.txt', 'c.txt'] },
  {
    name: 'only those of a pattern that are there',
    patterns: ['*/sub/e.txt'],
    want: ['e.txt', 'e.txt'],
  },
  { name: 'hidden files too', patterns: ['.h*'], want: ['.hidden'] },
  { name: 'a name with brackets, escaped', patterns: ['we\\[i]rd'], want: ['we[i]rd'] },
  { name: 'a link to a directory', patterns: ['to-d/sub'], want: ['sub/e.txt'] },
  {
    name: 'a link under its own name',
    patterns: ['to-d'],
    want: ['to-d/c.txt', 'to-d/sub', 'to-d/sub/e.txt'],
  },
  { name: 'an absolute link, inside', patterns: ['abs'], want: ['abs'] },
  { name: 'an empty directory', patterns: ['empty'], want: [] },
  { name: 'several in the order given', patterns: ['b.txt', 'a.txt'], want: ['b.txt', 'a.txt'] },
]

const refused: readonly (readonly [pattern: string, message: RegExp, hint: RegExp])[] = [
  ['nope', /cannot copy "nope": there is no such file in the context \//, /check the path/],
  ['nope*', /no items matching "nope\*"/, /looked for in the context/],
  ['../outside', /no such file/, /cannot leave the context/],
  ['out', /"out": there is no such file/, /check the path/],
  ['dangling', /no such file/, /check/],
  ['a.txt/x', /no such file/, /check/],
  ['[', /pattern is not closed/, /check/],
  ['HTTP://host/x', /a source cannot be a URL/, /download/],
]

describe('sources in a context', () => {
  for (const { name, patterns, want } of found) {
    it(`are ${name}`, (t) => {
      assert.deepEqual(listed(setUp(t), patterns), want)
    })
  }

  for (const [pattern, message, hint] of refused) {
    it(`are not ${pattern}`, (t) => {
      assert.throws(() => listed(setUp(t), ['a.txt', pattern]), {
        code: 'PATH_INVALID',
        message,
        hint,
      })
    })
  }

  it('are no sockets, which are counted', async (t) => {
    const { context, select } = setUp(t)
    const server = createServer()
    t.after(() => server.close())
    await new Promise<void>((listening) => server.listen(join(context, 'd/socket'), listening))
    const selection = select(['d'])
    selection.close()
    assert.equal(selection.sockets, 1)
    assert.throws(() => select(['d/socket']), { message: /a socket cannot be copied/ })
  })
})

/** Leaves out `ignored` with all below, but for `kept`. */
const ignoring = ({ origin }: Copying, ignored: readonly string[], kept = ''): CopyOrigin => ({
  ...origin,
  ignoreFile: '.containerignore',
  ignore: {
    ignores: (path) =>
      ignored.some((name) => `${path}/`.startsWith(`${name}/`)) &&
      !(kept !== '' && `${path}/`.startsWith(`${kept}/`)),
    mayContain: (directory) => kept.startsWith(`${directory}/`),
  },
})

describe('an ignore file', () => {
  it('leaves out files and directories, by their path in the context', (t) => {
    const copying = setUp(t)
    const origin = ignoring(copying, ['d/sub', 'b.txt', 'c.txt'])
    assert.deepEqual(listed(copying, ['d', '*.txt'], origin), ['d/c.txt', 'a.txt'])
  })

  it('lets a directory in that is there for something in it', (t) => {
    const copying = setUp(t)
    const origin = ignoring(copying, ['d'], 'd/sub/e.txt')
    assert.deepEqual(listed(copying, ['d'], origin), ['d/sub', 'd/sub/e.txt'])
    const { select } = copying
    const selection = select(['d'], origin)
    selection.close()
    assert.deepEqual(
      selection.matches[0]?.items.map(({ stats }) => stats === undefined),
      [true, false],
    )
  })

  it('that leaves nothing of a source is an error which counts and names it', (t) => {
    const copying = setUp(t)
    const origin = ignoring(copying, ['a.txt', 'b.txt', 'd'])
    for (const [pattern, count] of [
      ['*.txt', 2],
      ['a.txt', 1],
      ['d', 1],
    ] as const) {
      const message = new RegExp(`\\(${count} filtered out using .containerignore\\)`)
      const error = { code: 'PATH_INVALID', message, hint: /change .containerignore/ }
      assert.throws(() => listed(copying, [pattern], origin), error)
    }
  })

  it('may leave nothing of the whole context', (t) => {
    const copying = setUp(t)
    const all = {
      ...ignoring(copying, []),
      ignore: { ignores: () => true, mayContain: () => false },
    }
    assert.deepEqual(listed(copying, ['.'], all), [])
  })
})
