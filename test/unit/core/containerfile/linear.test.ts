// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileIgnore } from '../../../../core/containerfile/ignore.ts'
import { parseContainerfile } from '../../../../core/containerfile/parse.ts'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { planStages } from '../plan/plan.ts'

// Input that is made to make a parser slow: twice as much of it may take about twice as long.

const shapes: Readonly<Record<string, (size: number) => string>> = {
  'a line of blanks': (size) => `FROM x\nRUN a${' '.repeat(size)}b`,
  'blanks behind every word': (size) => `FROM x\nRUN ${'a \t '.repeat(size / 4)}b`,
  'continuations without end': (size) => `FROM x\nRUN a${'\\\n'.repeat(size / 2)}`,
  'comments within a line': (size) => `FROM x\nRUN a\\\n${'#\n'.repeat(size / 2)}b`,
  escapes: (size) => `FROM x\nENV a=${'\\'.repeat(size)}`,
  quotes: (size) => `FROM x\nENV a=${'"\'"'.repeat(size / 3)}`,
  words: (size) => `FROM x\nCOPY ${'a '.repeat(size / 2)}`,
  flags: (size) => `FROM x\nCOPY ${'-- '.repeat(size / 3)}`,
  dollars: (size) => `FROM x\nLABEL a=${'$'.repeat(size)}`,
  braces: (size) => `FROM x\nLABEL a=${'${a'.repeat(size / 3)}`,
  'closing braces': (size) => `FROM x\nLABEL a=${'}'.repeat(size)}`,
  'words that begin a heredoc': (size) => `FROM x\nRUN ${'<<'.repeat(size / 2)}`,
  heredocs: (size) => `FROM x\nRUN ${'<<a '.repeat(size / 8)}\n${'a\n'.repeat(size / 8)}`,
  brackets: (size) => `FROM x\nCMD ${'['.repeat(size)}`,
  'a duration': (size) => `FROM x\nHEALTHCHECK --interval=${'1'.repeat(size)} CMD x`,
  directives: (size) => `# ${' '.repeat(size)}=${' '.repeat(size)}\nFROM x`,
  ports: (size) => `FROM x\nEXPOSE ${'1'.repeat(size)}-`,
  instructions: (size) => `FROM x\n${'LABEL a=$b\n'.repeat(size / 11)}`,
  stages: (size) => `${'FROM scratch\n'.repeat(size / 100)}`,
}

describe('the time to read and plan', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`is linear in ${name}`, () => {
      const work = (size: number) => cpuMs(() => readAndPlan(shape(size)))
      isLinear(work)
    })
  }
})

const patterns: readonly (readonly [pattern: string, path: (size: number) => string])[] = [
  ['a*a*a*a*a*a*a*a*a*a*b', (size) => 'a'.repeat(size)],
  ['**/**/**/**/**/**/x', (size) => 'a/'.repeat(size / 2)],
  ['**/a*/**/a*/**/a*/**/b', (size) => 'a/'.repeat(size / 2)],
  [`${'?*'.repeat(10)}b`, (size) => 'a'.repeat(size)],
]

describe('the time of an ignore pattern', () => {
  for (const [pattern, path] of patterns) {
    it(`is linear in the path for ${pattern}`, () => {
      const { ignores } = compileIgnore({ name: 'x', text: pattern })
      // What the pattern ends with is there, or it is refused at once.
      isLinear((size) => cpuMs(() => ignores(`${path(size)}/x/b/`)))
    })
  }
})

/** A quadratic way takes 16 times as long for four times as much. */
function isLinear(work: (size: number) => number): void {
  work(1 << 15)
  const [small, large] = [work(1 << 15), work(1 << 17)]
  const allowed = 10 * Math.max(small, 20)
  assert.ok(large < allowed, `${small} ms, and ${large} ms for four times as much`)
}

function cpuMs(act: () => void): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Being refused counts as well. */
function readAndPlan(text: string): void {
  try {
    parseContainerfile({ name: 'Containerfile', text })
    planStages(text)
  } catch (error) {
    assert.ok(error instanceof TsbuildError)
  }
}
