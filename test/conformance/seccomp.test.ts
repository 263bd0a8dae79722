// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { abisOf, callsOf, wordsOf } from '../../core/spec/seccomp/abi.ts'
import { privileged, refused } from '../../core/spec/seccomp/default-limits.ts'
import { defaultSeccomp } from '../../core/spec/seccomp/profile.ts'
import type {
  LinuxSeccomp,
  SeccompOperator,
  SeccompSyscall,
} from '../../core/spec/seccomp/types.ts'
import { differences, machine, runtimes, unexplained } from './seccomp-compare.ts'
import { useProbe, whyNot, youngerNames } from './seccomp-probe.ts'

const highBit = 1n << 32n

describe('filters, against those that crun and runc load', { skip: whyNot() }, () => {
  const { probe } = useProbe()
  for (const runtime of runtimes) {
    for (const capabilities of [[], privileged.flatMap(({ needs }) => needs)]) {
      it(`${runtime}: the default profile, ${capabilities.length} capabilities`, async () => {
        const profile = defaultSeccomp({ capabilities, arch: machine })
        // What the conditions are about, at every third place what the third argument has.
        const samples = [
          9n,
          0n,
          16n,
          8n,
          40n,
          44n,
          15n,
          0x20008n,
          0x10000011n,
          highBit + 40n,
          0xffffffffn,
        ]
        const found = await differences(probe(), runtime, profile, samples)
        assert.deepEqual(unexplained(found), [])
      })
    }

    it(`${runtime}: calls that reach the kernel through others`, async () => {
      const operations = [...Array(30).keys()].map(BigInt)
      const found = await differences(probe(), runtime, directProfile(), operations)
      assert.deepEqual(unexplained(found), [])
    })

    it(`${runtime}: every operator at every edge, and conditions together`, async () => {
      const samples = edges.flatMap((edge) => [edge - 1n, edge, edge + 1n, edge ^ (1n << 40n)])
      const words = samples.map((sample) => BigInt.asUintN(64, sample))
      const found = await differences(probe(), runtime, operatorProfile(), words)
      assert.deepEqual(unexplained(found), [])
    })
  }
})

const edges = [0n, 1n, 0xffffffffn, 1n << 32n, (1n << 32n) + 5n, 1n << 63n, (1n << 64n) - 1n]
const operators: readonly SeccompOperator[] = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
]
const actions = [
  { action: 'SCMP_ACT_ALLOW' },
  { action: 'SCMP_ACT_ERRNO', errnoRet: 7 },
  { action: 'SCMP_ACT_TRAP' },
  { action: 'SCMP_ACT_TRACE', errnoRet: 9 },
  { action: 'SCMP_ACT_LOG' },
  { action: 'SCMP_ACT_KILL_PROCESS' },
] as const

/** The default profile, with conditions on calls that it refuses and that no runtime needs. */
function operatorProfile(): LinuxSeccomp {
  const { syscalls = [], ...rest } = defaultSeccomp({ capabilities: [], arch: machine })
  const native = new Set(callsOf(abisOf(machine)[0]).map(({ name }) => name))
  const spare = [...privileged, ...refused]
    .flatMap(({ calls }) => wordsOf(calls))
    .filter((name) => native.has(name) && !youngerNames.has(name) && name !== 'clone3')
  const conditions = operators.flatMap((op) => edges.map((value) => ({ op, value })))
  const added = spare.flatMap((name, at): SeccompSyscall[] => {
    const [first, second] = [conditions[at], conditions[(at * 5) % conditions.length]]
    const action = actions[at % actions.length] ?? actions[0]
    if (first === undefined || second === undefined) return []
    const one = { ...first, index: at % 6, valueTwo: 1n << 63n }
    const other = { ...second, index: at % 3 === 0 ? one.index : (at + 2) % 6, valueTwo: 5n }
    return [{ names: [name], ...action, args: at % 2 === 0 ? [one] : [one, other] }]
  })
  assert.ok(added.length >= conditions.length, 'a call for each condition')
  return { ...rest, syscalls: [...syscalls, ...added] }
}

/** The default profile without socketcall and ipc, and without every other call behind them. */
function directProfile(): LinuxSeccomp {
  const { syscalls = [], ...rest } = defaultSeccomp({ capabilities: [], arch: machine })
  const operations = abisOf(machine).flatMap(({ multiplexers }) =>
    [...multiplexers.values()].flat(),
  )
  const left = operations.filter((_, at) => at % 2 === 0)
  const gone = new Set(['socketcall', 'ipc', ...left])
  return {
    ...rest,
    syscalls: syscalls.map((entry) => ({
      ...entry,
      names: entry.names.filter((name) => !gone.has(name)),
    })),
  }
}
