// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setUpCopying } from './copying.ts'

function setUp(t: TestContext) {
  const copying = setUpCopying(t)
  for (const name of ['x/a.txt', 'x/y/b.txt', 'x/y/c', 'z/a.txt', 'top.txt']) {
    mkdirSync(join(copying.context, name, '..'), { recursive: true })
    writeFileSync(join(copying.context, name), name)
  }
  symlinkSync('x', join(copying.context, 'link'))
  return copying
}

const rows: readonly (readonly [
  name: string,
  sources: readonly string[],
  want: readonly string[],
])[] = [
  ['a file with its directories', ['x/y/b.txt'], ['x', 'x/y', 'x/y/b.txt']],
  ['a file of the top', ['./top.txt'], ['top.txt']],
  ['a directory with itself', ['x/y'], ['x', 'x/y', 'x/y/b.txt', 'x/y/c']],
  ['files of a pattern', ['*/a.txt'], ['x', 'x/a.txt', 'z', 'z/a.txt']],
  ['files at any depth', ['x/**/*.txt'], ['x', 'x/a.txt', 'x/y', 'x/y/b.txt']],
  ['what lies behind the pivot', ['x/./y/b.txt'], ['y', 'y/b.txt']],
  ['all behind the pivot', ['x/./'], ['a.txt', 'y', 'y/b.txt', 'y/c']],
  ['several sources', ['top.txt', 'z/a.txt'], ['top.txt', 'z', 'z/a.txt']],
  ['a link as a link', ['link'], ['link']],
]

describe('COPY --parents', () => {
  for (const [name, sources, want] of rows) {
    it(`takes ${name}`, (t) => {
      const { select, origin } = setUp(t)
      const selection = select(sources, origin, { parents: true })
      selection.close()
      assert.deepEqual(
        selection.matches.flatMap(({ items }) => items.map(({ path }) => path)),
        want,
      )
    })
  }

  it('makes the directories as they are at the source', async (t) => {
    const { context, root, copy } = setUp(t)
    chmodSync(join(context, 'x'), 0o700)
    await copy(['x/y/b.txt'], { destination: '/new/', parents: true })
    assert.equal(readFileSync(join(root, 'new/x/y/b.txt'), 'utf8'), 'x/y/b.txt')
    assert.equal(statSync(join(root, 'new/x')).mode & 0o777, 0o700)
  })

  it('leaves out what --exclude names', (t) => {
    const { select, origin } = setUp(t)
    const selection = select(['x'], origin, { parents: true, exclude: ['**/*.txt'] })
    selection.close()
    const paths = selection.matches.flatMap(({ items }) => items.map(({ path }) => path))
    assert.deepEqual(paths, ['x', 'x/y', 'x/y/c'])
  })

  for (const source of ['nothing', 'x/nothing/./y', 'link/a.txt', '[a']) {
    it(`does not find ${source}`, (t) => {
      const { select, origin } = setUp(t)
      const error = { code: 'PATH_INVALID', message: /cannot copy/, hint: /it is looked for in/ }
      assert.throws(() => select([source], origin, { parents: true }), error)
    })
  }
})
