// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { agrees, parseFences, typedLines } from '../../harness/fences.ts'

describe('parseFences', () => {
  it('finds the blocks with their language and line', () => {
    const text = 'a\n```console\n$ b\nc\n```\nd `e`\n```\nf\n```\n'
    assert.deepEqual(parseFences('x.md', text), [
      { file: 'x.md', line: 3, language: 'console', text: '$ b\nc' },
      { file: 'x.md', line: 8, language: '', text: 'f' },
    ])
  })
})

describe('typedLines', () => {
  const cases: readonly {
    name: string
    text: string
    want: readonly (readonly [number, string, string])[]
  }[] = [
    { name: 'a command without output', text: '$ a b', want: [[7, 'a b', '']] },
    {
      name: 'commands with output',
      text: '$ a\nx\ny\n$ b\nz',
      want: [
        [7, 'a', 'x\ny'],
        [10, 'b', 'z'],
      ],
    },
    { name: 'a command of two lines', text: '$ a \\\n  b\nx', want: [[7, 'a \\\n  b', 'x']] },
    { name: 'output that ends in a backslash', text: '$ a\nx \\\ny', want: [[7, 'a', 'x \\\ny']] },
    { name: 'text before the first command', text: 'x\n$ a', want: [[8, 'a', '']] },
  ]
  for (const { name, text, want } of cases) {
    it(name, () => {
      const found = typedLines({ file: 'x.md', line: 7, language: 'console', text })
      assert.deepEqual(
        found.map(({ line, command, output }) => [line, command, output]),
        want,
      )
    })
  }
})

describe('agrees', () => {
  const cases: readonly (readonly [shown: string, printed: string, want: boolean])[] = [
    ['', 'anything\n', true],
    ['a\nb', 'a\nb\n', true],
    ['a', 'a\nb\n', false],
    ['a', 'b\n', false],
    ['id …', 'id 1234\n', true],
    ['a\n…\nz', 'a\nb\nc\nz\n', true],
    ['a (b).', 'a (b).\n', true],
    ['a.b', 'axb\n', false],
  ]
  for (const [shown, printed, want] of cases) {
    it(`${JSON.stringify(shown)} and ${JSON.stringify(printed)}: ${want}`, () => {
      assert.equal(agrees(shown, printed), want)
    })
  }
})
