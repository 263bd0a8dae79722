// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUlimits, ulimitNames, withUlimits } from '../../../../core/options/ulimit.ts'
import { RLIMIT } from '../../../../core/runtime/kernel.ts'

const UNLIMITED = 2n ** 64n - 1n

describe('the limits of processes', () => {
  const rows = [
    { word: 'nofile=1024:2048', want: { type: 'RLIMIT_NOFILE', soft: 1024, hard: 2048 } },
    { word: 'core=0', want: { type: 'RLIMIT_CORE', soft: 0, hard: 0 } },
    { word: 'cpu=-1', want: { type: 'RLIMIT_CPU', soft: UNLIMITED, hard: UNLIMITED } },
    { word: 'as=1:unlimited', want: { type: 'RLIMIT_AS', soft: 1, hard: UNLIMITED } },
    { word: 'data=9007199254740993', want: { ...same(2n ** 53n + 1n), type: 'RLIMIT_DATA' } },
    { word: 'data=18446744073709551615', want: { ...same(UNLIMITED), type: 'RLIMIT_DATA' } },
  ]
  for (const { word, want } of rows) {
    it(`of ${word}`, () => assert.deepEqual(parseUlimits([word]), [want]))
  }

  it('have names that the kernel knows', () => {
    const known = Object.keys(RLIMIT).map((type) => type.slice('RLIMIT_'.length).toLowerCase())
    assert.deepEqual([...ulimitNames].sort(), known.sort())
  })

  it('count once for each name, the last', () => {
    assert.deepEqual(parseUlimits(['core=1', 'core=2']), [same(2, 'RLIMIT_CORE')])
  })

  it('take the place of the defaults', () => {
    const base = [same(1, 'RLIMIT_NOFILE'), same(2, 'RLIMIT_NPROC')]
    const own = [same(3, 'RLIMIT_NOFILE')]
    assert.deepEqual(withUlimits(base, own), [base[1], own[0]])
  })

  const wrong = [
    { word: 'nofile=300:200', hint: /soft limit/ },
    { word: 'cpu=-1:10', hint: /soft limit/ },
    { word: 'nofil=1', hint: /did you mean "nofile=1"/ },
    { word: 'NOFILE=1', hint: /did you mean "nofile=1"/ },
    { word: 'nofile', hint: /NAME=SOFT:HARD/ },
    { word: 'nofile=', hint: /give numbers/ },
    { word: 'nofile=1:2:3', hint: /NAME=SOFT:HARD/ },
    { word: 'nofile=1k', hint: /give numbers/ },
    { word: 'data=18446744073709551616', hint: /give numbers/ },
    { word: 'moon=1', hint: /as, core, cpu/ },
  ]
  for (const { word, hint } of wrong) {
    it(`are not ${word}`, () => {
      assert.throws(() => parseUlimits([word]), { code: 'USAGE', message: /--ulimit/, hint })
    })
  }
})

function same(value: number | bigint, type = '') {
  return { type, soft: value, hard: value }
}
