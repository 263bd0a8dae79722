// SPDX-License-Identifier: Apache-2.0
/** The commands about this machine: what it lets us do, and a shell in our namespaces. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { namespaceOf } from '../harness/processes.ts'
import type { TestUser } from '../harness/user.ts'
import { check, runArgs, type Wanted } from './support/rows.ts'

const rungs = { root: 1, subid: 3, single: 4 } as const
const ids = { root: 0xffffffff, subid: 65_537, single: 1 } as const

interface Rights {
  readonly rung: number
  readonly uidMap: readonly { readonly size: number }[]
  readonly tried: readonly { readonly rung: number; readonly words: string }[]
}

interface Case {
  readonly args: readonly string[]
  readonly want: Wanted | ((user: TestUser) => Wanted)
}

const cases: readonly Case[] = [
  { args: ['version'], want: { stdout: /\b\d+\.\d+\.\d+\b.*\b\d+\.\d+\.\d+\b/s } },
  { args: ['--version'], want: { stdout: /^.*\d+\.\d+\.\d+\n$/ } },
  { args: ['help'], want: { stdout: /\bfrom\b.*\brun\b.*\bunshare\b/s } },
  { args: ['run', '--help'], want: { stdout: /--network.*--user|--user.*--network/s } },
  { args: ['completion', 'bash'], want: { stdout: /complete/ } },
  { args: ['unshare', 'id', '-u'], want: { stdout: '0\n' } },
  { args: ['unshare', 'sh', '-c', 'exit 7'], want: { code: 7 } },
  { args: ['unshare', 'sh', '-c', 'kill -9 $$'], want: { code: null } },
  {
    args: ['unshare', 'no-such-program'],
    want: { code: 127, stderr: /cannot run "no-such-program": not found\n +hint: / },
  },
  {
    args: ['unshare', 'awk', '{ sum += $3 } END { printf "%.0f\\n", sum }', '/proc/self/uid_map'],
    want: ({ kind }) => ({ stdout: `${ids[kind]}\n` }),
  },
  {
    args: ['unshare', 'sh', '-c', 'test "$(stat -c %u $TSBUILD_ROOT)" = 0 && ls $TSBUILD_ROOT'],
    want: { stdout: /^blobs\ncache\ncontainers\n.*version\n$/s },
  },
]

describe('this machine', () => {
  matrix('is told about', async (user) => {
    await user.ok(['from', 'scratch'])
    for (const { args, want } of cases) {
      check(args, await user.tsbuild(args), typeof want === 'function' ? want(user) : want)
    }
  })

  matrix('is told about for programs', async (user) => {
    const { rights, store } = JSON.parse((await user.ok(['info', '--json'])).stdout)
    checkRights(user, rights)
    assert.deepEqual(store, { root: user.root, runroot: user.runroot })
  })

  matrix('is told about by the trace', async (user) => {
    const env = { TSBUILD_TRACE: 'userns' }
    const { stderr } = await user.ok(['from', 'scratch'], { env })
    const lines = stderr.split('\n').filter((line) => line !== '')
    assert.equal(lines.length, 1, stderr)
    checkRights(user, JSON.parse(lines[0] ?? ''))
  })

  matrix('keeps its mount namespace to itself', async (user) => {
    const script = 'readlink /proc/self/ns/mnt; mount -t tmpfs x "$HOME" && echo >"$HOME/file"'
    const { stdout } = await user.ok(['unshare', 'sh', '-c', script])
    assert.notEqual(stdout.trim(), namespaceOf('self', 'mnt'))
  })

  matrix('needs no container for help, and no store for a refusal', async (user) => {
    const args = runArgs('no-such-container', ['true'])
    check(args, await user.tsbuild(args), { code: 125, stderr: /no container/ })
    assert.equal((await user.run(['ls', user.root])).code, 2)
  })
})

/** The rung that was taken, and for each higher one why not. */
function checkRights({ kind }: TestUser, { rung, uidMap, tried }: Rights): void {
  assert.equal(rung, rungs[kind])
  assert.equal(
    uidMap.reduce((sum, { size }) => sum + size, 0),
    ids[kind],
  )
  const higher = [1, 2, 3].slice(0, Math.max(rung - 1, 0))
  assert.deepEqual([...new Set(tried.map((one) => one.rung))], higher)
  assert.ok(tried.every(({ words }) => words !== ''))
}
