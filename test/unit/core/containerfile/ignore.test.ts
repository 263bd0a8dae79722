// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileIgnore } from '../../../../core/containerfile/ignore.ts'
import { toBytes } from '../../../../core/lib/bytes.ts'

const compile = (patterns: string) =>
  compileIgnore({ name: '.containerignore', text: patterns.replaceAll('  ', '\n') })

/** Patterns are separated by two blanks. */
interface Row {
  readonly patterns: string
  readonly excluded?: readonly string[]
  readonly kept?: readonly string[]
}

const rows: readonly Row[] = [
  { patterns: '', kept: ['a', 'a/b'] },
  { patterns: 'a', excluded: ['a', 'a/b', 'a/b/c'], kept: ['b/a', 'ab', 'A'] },
  { patterns: '/a', excluded: ['a'], kept: ['b/a'] },
  { patterns: 'a/', excluded: ['a', 'a/b'] },
  { patterns: './a//b/', excluded: ['a/b'], kept: ['a', 'b'] },
  { patterns: 'a/../b', excluded: ['b'], kept: ['a'] },
  { patterns: '../a', kept: ['a'] },
  { patterns: ' a ', excluded: ['a'] },
  { patterns: '# a  a#b', excluded: ['a#b'], kept: ['# a', 'a'] },
  { patterns: ' #a', excluded: ['#a'] },
  { patterns: '*', excluded: ['a', '.hidden', 'a/b'] },
  { patterns: '*.md', excluded: ['a.md', '.md', 'a.md/b'], kept: ['a/b.md', 'a.mdx', 'amd'] },
  { patterns: '*/*.md', excluded: ['a/b.md'], kept: ['a.md', 'a/b/c.md'] },
  { patterns: 'a*', excluded: ['a', 'ab', 'ab/c'], kept: ['ba'] },
  { patterns: 'a*c', excluded: ['ac', 'abc', 'abbc'], kept: ['a/c', 'abcd'] },
  { patterns: 'a?c', excluded: ['abc', 'aüc'], kept: ['ac', 'a/c', 'abbc'] },
  { patterns: '??', excluded: ['ab', 'üb'], kept: ['a', 'abc'] },
  { patterns: '**', excluded: ['a', 'a/b/c'] },
  { patterns: '**/a', excluded: ['a', 'b/a', 'c/b/a', 'b/a/c'], kept: ['ba', 'b/ca', 'ab'] },
  { patterns: '**/*.o', excluded: ['a.o', 'b/c/a.o', 'x.o/y'], kept: ['a.oo', 'a.o.c'] },
  { patterns: '**.o', excluded: ['a.o', 'b/a.o', 'b.o/c'], kept: ['a.oo'] },
  { patterns: 'a/**', excluded: ['a/b', 'a/b/c'], kept: ['a', 'ab'] },
  { patterns: 'a**', excluded: ['a', 'ab', 'a/b', 'abc/d'], kept: ['ba'] },
  { patterns: 'a/**/b', excluded: ['a/b', 'a/c/b', 'a/c/d/b/e'], kept: ['a/cb', 'ab', 'b'] },
  { patterns: '**/a/**', excluded: ['a/b', 'c/a/b'], kept: ['a', 'c/a'] },
  { patterns: 'a/**/**/b', excluded: ['a/b', 'a/x/y/b'], kept: ['a/x'] },
  { patterns: '[a-c]', excluded: ['a', 'c'], kept: ['d', 'ab', '-'] },
  { patterns: '[^a-c]x', excluded: ['dx', 'xx'], kept: ['ax'] },
  { patterns: '[abc]*[0-9]', excluded: ['a1', 'bxx9'], kept: ['a', 'd1', 'a/1'] },
  { patterns: '[a-]', excluded: ['a', '-'], kept: ['b'] },
  { patterns: '[\\]x]', excluded: [']', 'x'], kept: ['\\'] },
  { patterns: 'a\\*b', excluded: ['a*b'], kept: ['axb', 'a\\*b'] },
  { patterns: '\\[a', excluded: ['[a'] },
  { patterns: '\\!a', excluded: ['!a'], kept: ['a'] },
  { patterns: 'a.b', excluded: ['a.b'], kept: ['axb'] },
  { patterns: 'a+(b|c){2}$^', excluded: ['a+(b|c){2}$^'], kept: ['aab'] },
  { patterns: 'ü/*', excluded: ['ü/a'], kept: ['u/a'] },
  { patterns: '*.md  !README.md', excluded: ['a.md'], kept: ['README.md'] },
  { patterns: '!README.md  *.md', excluded: ['README.md'] },
  { patterns: 'a  !a/b', excluded: ['a', 'a/c'], kept: ['a/b', 'a/b/c'] },
  { patterns: 'a  !a/b  a/b/c', excluded: ['a/b/c', 'a/b/c/d'], kept: ['a/b/d'] },
  { patterns: '*  !src  src/*.o', excluded: ['x', 'src/a.o'], kept: ['src', 'src/a.c'] },
  { patterns: '! /a', kept: ['a'] },
  { patterns: '*  !/a/', excluded: ['b'], kept: ['a', 'a/b'] },
  { patterns: '**  !**/keep', excluded: ['a/b'], kept: ['keep', 'a/keep', 'a/keep/x'] },
]

describe('an ignore file', () => {
  for (const { patterns, excluded = [], kept = [] } of rows) {
    it(`of ${JSON.stringify(patterns)}`, () => {
      const { ignores } = compile(patterns)
      assert.deepEqual(
        [...excluded, ...kept].filter((path) => ignores(toBytes(path))),
        excluded,
      )
    })
  }

  it('may have a byte order mark and lines that end in CR LF', () => {
    const { ignores } = compileIgnore({ name: 'x', text: '\ufeffa\r\n# c\r\nb\r\n' })
    assert.deepEqual(['a', 'b', 'c'].map(ignores), [true, true, false])
  })

  it('sees names that are not UTF-8', () => {
    const { ignores } = compile('a?b  *.bin')
    assert.deepEqual(['a\xffb', '\xff\xfe.bin', '\xff'].map(ignores), [true, true, false])
  })
})

const walks: readonly (readonly [patterns: string, directory: string, mayContain: boolean])[] = [
  ['', 'a', true],
  ['a', 'b', true],
  ['a', 'a', false],
  ['a', 'a/b', false],
  ['a  !a/b/c', 'a', true],
  ['a  !a/b/c', 'a/b', true],
  ['a  !a/b/c', 'a/c', false],
  ['a  !b', 'a', false],
  ['!a/b  a', 'a', false],
  ['a  !**/keep', 'a/b', true],
  ['a  !**/*.txt', 'a/b', true],
  ['a  !a/*/keep', 'a/b', true],
  ['a  !a/*/keep', 'a/b/c', false],
  ['*  !a', 'a', true],
  ['*  !a', 'b', false],
]

describe('a directory of a context', () => {
  for (const [patterns, directory, mayContain] of walks) {
    const verb = mayContain ? 'read' : 'passed over'
    it(`${directory} is ${verb} with ${JSON.stringify(patterns)}`, () => {
      assert.equal(compile(patterns).mayContain(directory), mayContain)
    })
  }
})

const refusals: readonly (readonly [patterns: string, message: RegExp, hint: RegExp])[] = [
  ['a  !', /^\.containerignore:2: "!" without a pattern$/, /leave it/],
  ['a[b', /:1: "a\[b" is no valid pattern$/, /close the "\["/],
  ['[]', /no valid pattern/, /close/],
  ['[a\\]', /no valid pattern/, /close/],
]

describe('an ignore file is refused', () => {
  for (const [patterns, message, hint] of refusals) {
    it(`for ${JSON.stringify(patterns)}`, () => {
      assert.throws(() => compile(patterns), { code: 'CONTAINERFILE_INVALID', message, hint })
    })
  }
})
