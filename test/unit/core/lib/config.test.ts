// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type StorePathOptions, type StorePaths, storePaths } from '../../../../core/lib/config.ts'

interface Case {
  readonly name: string
  readonly given: Partial<StorePathOptions>
  readonly want: StorePaths
}

const cases: readonly Case[] = [
  {
    name: 'root of the host has the places of the system',
    given: { hostUid: 0 },
    want: { root: '/var/lib/tsbuild', runroot: '/run/tsbuild' },
  },
  {
    name: 'a user has the places of XDG',
    given: { env: { HOME: '/home/a', XDG_DATA_HOME: '/d', XDG_RUNTIME_DIR: '/r' } },
    want: { root: '/d/tsbuild', runroot: '/r/tsbuild' },
  },
  {
    name: 'without XDG it is the home and a directory of the uid',
    given: { env: { HOME: '/home/a' } },
    want: { root: '/home/a/.local/share/tsbuild', runroot: '/tmp/tsbuild-1000' },
  },
  {
    name: 'variables beat the defaults',
    given: { env: { TSBUILD_ROOT: '/s', TSBUILD_RUNROOT: '/t' } },
    want: { root: '/s', runroot: '/t' },
  },
  {
    name: 'options beat variables; relative ones start here',
    given: { root: 'x/', runroot: '/y', env: { TSBUILD_ROOT: '/s' } },
    want: { root: '/work/x', runroot: '/y' },
  },
]

describe('storePaths', () => {
  for (const { name, given, want } of cases) {
    it(name, () => {
      const defaults = { root: undefined, runroot: undefined, hostUid: 1000, cwd: '/work', env: {} }
      assert.deepEqual(storePaths({ ...defaults, ...given }), want)
    })
  }
})
