// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cFunctions, type FunctionSpan, typescriptFunctions } from './functions.ts'
import { none } from './none.ts'
import { occurrences, type Source, sources } from './sources.ts'

const maxFileLines = 250
const maxColumns = 100
const maxTypescriptLines = 50
const maxCLines = 60

const code = sources('.ts', '.mjs', '.js', '.c', '.h')

describe('every source file', () => {
  it('is found by this test', () => {
    const names = code.map(({ path }) => path)
    for (const path of ['core/lib/errors.ts', 'scripts/build.mjs', 'native-shim/src/main.c']) {
      assert.ok(names.includes(path), path)
    }
  })

  it('begins with its licence', () => {
    const right = /^(#!.*\n)?(\/\/|\/\*) SPDX-License-Identifier: Apache-2\.0/
    none(paths(code.filter(({ text }) => !right.test(text))))
  })

  it(`has at most ${maxFileLines} lines`, () => {
    const long = code.filter(({ text }) => text.trimEnd().split('\n').length > maxFileLines)
    none(paths(long))
  })

  it(`has at most ${maxColumns} columns`, () => {
    const long = new RegExp(`^.{${maxColumns + 1},}$`, 'u')
    none(code.flatMap((source) => occurrences(source, long)))
  })

  it('has a name in kebab-case, C in snake_case', () => {
    const right = /^(.*\/)?([a-z0-9-]+(\.test|\.d)?\.(ts|mjs|js)|[a-z0-9_]+\.[ch])$/
    none(paths(code.filter(({ path }) => !right.test(path))))
  })

  it('leaves nothing to do later', () => {
    const later = /\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/ // brackets: it reads itself
    none(code.flatMap((source) => occurrences(source, later)))
  })
})

describe('every function', () => {
  it(`of TypeScript has at most ${maxTypescriptLines} lines`, () => {
    const long = tooLong(sources('.ts', '.mjs'), typescriptFunctions, maxTypescriptLines)
    none(long)
  })

  it(`of C has at most ${maxCLines} lines`, () => {
    none(tooLong(sources('.c', '.h'), cFunctions, maxCLines))
  })
})

const paths = (found: readonly Source[]): string[] => found.map(({ path }) => path)

const tooLong = (
  found: readonly Source[],
  functionsOf: (text: string) => FunctionSpan[],
  limit: number,
): string[] =>
  found.flatMap(({ path, text }) =>
    functionsOf(text)
      .filter(({ length }) => length > limit)
      .map(({ head, line, length }) => `${path}:${line}: ${length} lines: ${head}`),
  )
