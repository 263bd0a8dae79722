// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cFunctions, type FunctionSpan, typescriptFunctions } from '../../tidy/functions.ts'

interface Case {
  readonly name: string
  readonly text: string
  /** First line and length of each. */
  readonly want: readonly (readonly [number, number])[]
}

const typescript: readonly Case[] = [
  { name: 'a function', text: 'function a(): void {\n  b()\n}\n', want: [[1, 3]] },
  { name: 'an arrow function', text: 'const a = (b) => {\n  b()\n}\n', want: [[1, 3]] },
  {
    name: 'a header of several lines',
    text: '\nexport function a(\n  b: string,\n): Promise<void> {\n  c()\n}\n',
    want: [[2, 5]],
  },
  { name: 'a method', text: 'return {\n  a(b) {\n    c()\n  },\n}\n', want: [[2, 3]] },
  { name: 'a test', text: "it('a', async () => {\n  b()\n})\n", want: [[1, 3]] },
  { name: 'not the callback of describe', text: "describe('a', () => {\n  b\n})\n", want: [] },
  { name: 'not a condition', text: 'if (a) {\n} else if (b()) {\n  c\n}\n', want: [] },
  { name: 'not an object', text: 'const a = {\n  b,\n}\n', want: [] },
]

const c: readonly Case[] = [
  { name: 'a function', text: 'static int a(void) {\n  if (b) {\n  }\n}\n', want: [[1, 4]] },
  {
    name: 'a header of several lines',
    text: 'static int a(int b,\n             int c) {\n  return b;\n}\n',
    want: [[1, 4]],
  },
  {
    name: 'not a loop of several lines',
    text: 'int a(int b) {\n  for (;;\n       b) {\n  }\n}\n',
    want: [[1, 5]],
  },
  { name: 'not a table', text: 'static const struct a b[] = {\n  { 1 },\n};\n', want: [] },
]

describe('functions are found in TypeScript', () => check(typescript, typescriptFunctions))
describe('functions are found in C', () => check(c, cFunctions))

function check(cases: readonly Case[], functionsOf: (text: string) => FunctionSpan[]): void {
  for (const { name, text, want } of cases) {
    it(name, () => {
      const found = functionsOf(text).map(({ line, length }) => [line, length])
      assert.deepEqual(found, want)
    })
  }
}
