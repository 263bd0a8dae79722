// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Abi, abisOf, callsOf, wordsOf } from '../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../core/spec/seccomp/compile.ts'
import { privileged, refused } from '../../core/spec/seccomp/default-limits.ts'
import { defaultSeccomp } from '../../core/spec/seccomp/profile.ts'
import type {
  LinuxSeccomp,
  Machine,
  SeccompOperator,
  SeccompSyscall,
} from '../../core/spec/seccomp/types.ts'
import { loadFilter } from '../unit/core/spec/seccomp/bpf.ts'
import { type Probe, runContainer, useProbe, whyNot, youngerNames } from './seccomp-probe.ts'

const machine: Machine = process.arch === 'arm64' ? 'arm64' : 'x64'
const runtimes = ['crun', 'runc'] as const
const eperm = 0x00050001
const enosys = 0x00050026
const highBit = 1n << 32n

interface Difference {
  readonly abi: Abi
  readonly name: string
  readonly number: number
  readonly args: readonly bigint[]
  readonly ours: number
  readonly theirs: number
}

/** Where the other runtimes, with libseccomp 2.5.4 of Debian 12, do something else, and why. */
const reasons: readonly { readonly reason: string; readonly of: (one: Difference) => boolean }[] = [
  {
    reason: 'their library does not know the name, so they pass it over',
    of: ({ name, theirs }) => youngerNames.has(name) && (theirs === eperm || theirs === enosys),
  },
  {
    reason: 'crun gives the default to calls that are newer than the profile; runc does as we do',
    of: ({ name, ours, theirs }) => name === '' && ours === enosys && theirs === eperm,
  },
  {
    reason: 'socket has conditions, which they drop for socketcall(SYS_SOCKET); we drop the rule',
    of: ({ name, args, ours }) => name === 'socketcall' && args[0] === 1n && ours === eperm,
  },
]

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

function unexplained(found: readonly Difference[]): string[] {
  const rest = found.filter((one) => !reasons.some(({ of }) => of(one)))
  return rest.map(({ abi, name, number, args, ours, theirs }) => {
    const [our, their] = [ours, theirs].map((value) => value.toString(16))
    return `${abi.architecture} ${name || number} ${args.join(' ')}: ${our}, not ${their}`
  })
}

async function differences(
  probe: Probe,
  runtime: (typeof runtimes)[number],
  seccomp: LinuxSeccomp,
  samples: readonly bigint[],
): Promise<Difference[]> {
  const { filter } = await runContainer(probe, { runtime, seccomp })
  assert.ok(filter)
  const [our, their] = [loadFilter(compileSeccomp(seccomp, machine).program), loadFilter(filter)]
  const found: Difference[] = []
  for (const abi of abisOf(machine)) {
    const names = new Map(callsOf(abi).map(({ name, number }) => [number, name]))
    for (const number of new Set([...Array(600).keys(), ...names.keys()])) {
      for (const args of argumentLists(samples)) {
        const call = { arch: abi.auditArch, number: number + abi.offset, args }
        const [ours, theirs] = [our(call), their(call)]
        const name = names.get(number) ?? ''
        const difference = { abi, name, number, args, ours: ours.returns, theirs: theirs.returns }
        if (ours.returns !== theirs.returns) found.push(difference)
        if (!ours.readsArguments && !theirs.readsArguments) break
      }
    }
  }
  return found
}

/** Each sample at each place, beside every third of the others. */
function* argumentLists(samples: readonly bigint[]): Generator<readonly bigint[]> {
  for (const first of samples) {
    for (const second of samples.filter((_, at) => at % 3 === 0)) {
      for (const [a, b] of [
        [first, second],
        [second, first],
      ] as const) {
        yield [a, a, b, b, a, b]
      }
    }
  }
}

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
