// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { globTest, isPattern } from '../../../../core/copy/glob.ts'
import { toBytes } from '../../../../core/lib/bytes.ts'

interface Case {
  readonly pattern: string
  readonly yes: readonly string[]
  readonly no: readonly string[]
}

/** Of Go's own tests of filepath.Match, those that do not cross a slash, and more. */
const cases: readonly Case[] = [
  { pattern: '*', yes: ['', 'abc', '.hidden'], no: [] },
  { pattern: '*c', yes: ['abc', 'c'], no: ['abcd', ''] },
  { pattern: 'a*', yes: ['a', 'abc'], no: ['ba'] },
  { pattern: 'a*b*c*d*e*', yes: ['axbxcxdxe', 'axbxcxdxexxx'], no: ['axbxcxdx'] },
  { pattern: 'a*b?c*x', yes: ['abxbbxdbxebxczzx'], no: ['abxbbxdbxebxczzy'] },
  { pattern: '**', yes: ['x'], no: [] },
  { pattern: 'ab[c]', yes: ['abc'], no: ['ab', 'ab[c]'] },
  { pattern: 'ab[b-d]', yes: ['abc'], no: ['abe', 'ab-'] },
  { pattern: 'ab[^c]', yes: ['abd'], no: ['abc', 'ab'] },
  { pattern: 'ab[^e-g]', yes: ['abc'], no: ['abf'] },
  { pattern: 'a\\*b', yes: ['a*b'], no: ['ab', 'axb'] },
  { pattern: 'a?b', yes: ['aäb', 'axb'], no: ['ab', 'axxb'] },
  { pattern: 'a[^a]b', yes: ['aäb'], no: ['aab'] },
  { pattern: '[a-ζ]*', yes: ['α'], no: ['Z'] },
  { pattern: '[\\]a]', yes: [']', 'a'], no: ['\\'] },
  { pattern: '[\\-x]', yes: ['x', '-'], no: ['z'] },
  { pattern: 'we[[]i]rd', yes: ['we[i]rd'], no: ['weird'] },
]

describe('a pattern', () => {
  for (const { pattern, yes, no } of cases) {
    it(`${pattern} stands for its names alone`, () => {
      const test = globTest(toBytes(pattern))
      assert.ok(test !== undefined && isPattern(pattern))
      assert.deepEqual(
        [yes, no].flat().map((name) => test(toBytes(name))),
        [...yes.map(() => true), ...no.map(() => false)],
      )
    })
  }

  for (const pattern of ['[', '[^', 'a[', '[]a]', '[-]', '[x-]', '[-x]', '[b-a]', 'a\\', '[a\\']) {
    it(`${pattern} makes no sense`, () => {
      assert.equal(globTest(pattern), undefined)
    })
  }

  it('takes no longer than the length of pattern and name together', () => {
    const test = globTest(`${'*a'.repeat(60)}b`)
    assert.equal(test?.('a'.repeat(255)), false)
  })
})
