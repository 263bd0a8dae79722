// SPDX-License-Identifier: Apache-2.0
/** What a command costs, in numbers that say the same on any machine: they may not grow. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe } from 'node:test'
import { facts, type Kind } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import { until } from '../harness/until.ts'
import { makeBase, writeContext } from './support/builds.ts'
import { castOf } from './support/roles.ts'
import { runArgs, shell } from './support/rows.ts'
import { type Counted, countCalls } from './support/strace.ts'

const maxOwnBytes = 2 ** 20

/** Who finds, or looks for, the ids that a user may map. */
const mappers = {
  root: [],
  subid: ['newgidmap', 'newuidmap'],
  single: ['getsubids', 'getsubids'], // a directory service may know more than the files
} as const

/** npm's script with what it asks, then ours. */
const start = ['tsbuild', 'readlink', 'uname', 'tsbuild']

const bounds = {
  version: {
    native: { root: 3, subid: 3, single: 3 }, // where stdio may be closed, the id maps
    node: 2, // the script, and Node's look for its package.json
  },
  run: {
    native: { root: 75, subid: 100, single: 102 }, // 12 of them for machines with more to mask
    // Two scripts, the record read twice around the lock, the host's files, ours; of the host's two
    // of containers-common, and the program that was compiled of one.
    node: 17,
  },
  build: {
    native: { root: 10, subid: 14, single: 17 },
    // Of them 22 to load what calls the kernel, and 6 cache records, read twice. Two more where the
    // copied file is so new that it has to be read again, and the index of `copy` be written.
    node: 78, // two of them for containers.conf
  },
} as const

describe('what is counted', () => {
  matrix(
    'version starts Node once and opens its script',
    async (user) => {
      const counted = await countCalls(user, [facts().tsbuild, 'version'])
      check(counted, user.kind, { programs: [...start, 'node'], bounds: bounds.version })
    },
    { needs: ['root', 'program:strace'] },
  )

  matrix(
    'run starts Node once, and nothing that need not be',
    async (user) => {
      const container = await user.container('busybox')
      await user.ok(runArgs(container, ['true'])) // compiles the machine's seccomp profile
      const counted = await countCalls(user, [...user.command, ...runArgs(container, ['true'])])
      const programs = [...start, ...mappers[user.kind], 'tsbuild', 'node', 'true']
      check(counted, user.kind, { programs, bounds: bounds.run })
    },
    { needs: ['root', 'program:strace'] },
  )

  matrix(
    'a build that is all in the cache starts nothing but Node, and mounts nothing',
    async (user) => {
      await makeBase(user)
      const one = 'FROM busybox AS one\nRUN echo 1 >/1\n'
      const text = `${one}FROM busybox\nCOPY f /f\nWORKDIR /w\nCOPY --from=one /1 /2\nCMD ["sh"]\n`
      const directory = writeContext(user, 'context', { f: 'f', Containerfile: text })
      const args = ['build', '--network', 'none', directory]
      await user.ok(args)
      const counted = await countCalls(user, [...user.command, ...args])
      const programs = [...start, ...mappers[user.kind], 'tsbuild', 'node']
      check(counted, user.kind, { programs, bounds: bounds.build })
      const overlays = counted.mounts.filter((source) => source === 'overlay')
      assert.deepEqual(overlays, [])
      assert.equal(counted.mounts.length, 1, 'ours are apart from the host’s')
    },
    { needs: ['root', 'program:strace'] },
  )

  matrix('a container that runs costs us less than 1 MiB', async (user) => {
    const container = await user.container('busybox')
    const script = shell('echo ready; exec sleep 1000')
    const run = user.spawn([...user.command, ...runArgs(container, script)])
    const cast = await until('Node is gone', () => {
      const found = run.stdout() === 'ready\n' && castOf(run.pid)
      return found && found.node === undefined && found
    })
    const own = [cast.launcher, cast.guard].map((pid) => ownBytes(pid ?? 0))
    run.kill('SIGTERM')
    assert.equal((await run.result).code, 143)
    const sum = own.reduce((total, bytes) => total + bytes, 0)
    assert.ok(sum > 0 && sum < maxOwnBytes, `launcher and guard: ${own.join(' and ')} bytes`)
  })
})

interface Expected {
  readonly programs: readonly string[]
  readonly bounds: { readonly native: Readonly<Record<Kind, number>>; readonly node: number }
}

function check(counted: Counted, kind: Kind, expected: Expected): void {
  const { result, programs, native, node } = counted
  assert.equal(result.code, 0, result.stderr)
  const ours = programs.slice(programs.indexOf('tsbuild')) // first comes what changes the user
  assert.deepEqual(sortMappers(ours), expected.programs)
  const list = (paths: readonly string[]) => `${paths.length} files:\n${paths.join('\n')}`
  assert.ok(
    native.length <= expected.bounds.native[kind],
    `the native program opened ${list(native)}`,
  )
  assert.ok(node.length <= expected.bounds.node, `Node opened ${list(node)}`)
}

/** Both run at once. */
const sortMappers = (programs: readonly string[]): string[] => {
  const isMapper = (name: string) => /^new.idmap$/.test(name)
  const first = programs.findIndex(isMapper)
  const rest = programs.filter((name) => !isMapper(name))
  return first < 0
    ? rest
    : [...rest.slice(0, first), ...programs.filter(isMapper).sort(), ...rest.slice(first)]
}

/** What of its memory is its own, with its share of what others map too; proc(5), smaps_rollup. */
function ownBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1]) * 1024
}
