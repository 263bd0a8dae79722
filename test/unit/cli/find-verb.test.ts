// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findVerb } from '../../../cli/find-verb.ts'
import { type Route, route } from '../../../cli/route.ts'

interface Case {
  readonly line: string
  /** Options before the verb; the verb; how many words follow. */
  readonly want: readonly [before: string, verb: string | undefined, after: number]
  readonly route: Route
}

const cases: readonly Case[] = [
  { line: '', want: ['', undefined, 0], route: 'cli' },
  { line: 'run c ls', want: ['', 'run', 2], route: 'run' },
  { line: '--root /s run c ls', want: ['--root /s', 'run', 2], route: 'run' },
  {
    line: '--root=/s --runroot /r run c',
    want: ['--root=/s --runroot /r', 'run', 1],
    route: 'run',
  },
  { line: '--root run images', want: ['--root run', 'images', 0], route: 'cli' },
  { line: '--root', want: ['--root', undefined, 0], route: 'cli' },
  { line: '--help run', want: ['--help', 'run', 0], route: 'cli' },
  { line: '-v run c', want: ['-v', 'run', 1], route: 'cli' },
  { line: '--rootless run c', want: ['--rootless', 'run', 1], route: 'cli' },
  { line: '-- run c', want: ['', '--', 2], route: 'cli' },
  { line: 'images run', want: ['', 'images', 1], route: 'cli' },
  { line: 'version', want: ['', 'version', 0], route: 'version' },
  { line: 'version --json', want: ['', 'version', 1], route: 'cli' },
  { line: '--version', want: ['--version', undefined, 0], route: 'version line' },
  { line: '-v', want: ['-v', undefined, 0], route: 'version line' },
  { line: '--root /s version', want: ['--root /s', 'version', 0], route: 'cli' },
]

describe('the verb', () => {
  for (const { line, want, route: wanted } of cases) {
    const argv = line === '' ? [] : line.split(' ')
    it(`of "tsbuild ${line}" is ${want[1] ?? 'missing'}, for ${wanted}`, () => {
      const { before, verb, after } = findVerb(argv)
      assert.deepEqual([before.join(' '), verb, after.length], want)
      assert.equal(route(argv), wanted)
    })
  }
})
