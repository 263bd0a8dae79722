// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultRlimits } from '../../../../core/spec/rlimits.ts'

describe('defaultRlimits', () => {
  const cases = [
    { hard: 20_000, want: 20_000 },
    { hard: 1_048_575, want: 1_048_575 },
    { hard: 1_048_577, want: 1_048_576 },
    { hard: 2n ** 64n - 1n, want: 1_048_576 },
    { hard: 512n, want: 512 },
    { hard: 0, want: 0 },
  ]
  for (const { hard, want } of cases) {
    it(`asks for ${want} under a hard limit of ${hard}`, () => {
      assert.deepEqual(defaultRlimits({ nofile: hard, nproc: 7 }), [
        { type: 'RLIMIT_NOFILE', soft: want, hard: want },
        { type: 'RLIMIT_NPROC', soft: 7, hard: 7 },
      ])
    })
  }
})
