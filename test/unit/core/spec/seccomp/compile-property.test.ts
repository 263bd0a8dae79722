// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { abisOf, callsOf } from '../../../../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../../../../core/spec/seccomp/compile.ts'
import {
  type LinuxSeccomp,
  type Machine,
  type SeccompAction,
  type SeccompArgument,
  type SeccompOperator,
  type SeccompSyscall,
  seccompArchitectures,
} from '../../../../../core/spec/seccomp/types.ts'
import { runFilter, type SeccompData } from './bpf.ts'
import { createEvaluator } from './evaluate.ts'

const machines: readonly Machine[] = ['x64', 'arm64']
const profilesPerMachine = 100
const callsPerProfile = 120

const actions: readonly SeccompAction[] = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
]
const operators: readonly SeccompOperator[] = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
]
const words = [0n, 1n, 5n, 0xffffffffn, 1n << 32n, (1n << 32n) + 5n, 1n << 63n, (1n << 64n) - 1n]

describe('compileSeccomp against a naive evaluation', () => {
  for (const machine of machines) {
    it(`gives the same answers on ${machine}`, () => {
      for (let seed = 1; seed <= profilesPerMachine; seed++) compareOnce(machine, seed)
    })
  }
})

function compareOnce(machine: Machine, seed: number): void {
  const dice = createDice(seed)
  const profile = randomProfile(machine, dice)
  const { program } = compileSeccomp(profile, machine)
  const evaluate = createEvaluator(profile, machine)
  for (let count = 0; count < callsPerProfile; count++) {
    const call = randomCall(machine, profile, dice)
    const [got, want] = [runFilter(program, call).returns, evaluate(call)]
    if (got !== want) assert.fail(explain({ seed, call, got, want, profile }))
  }
}

function explain(details: object): string {
  return JSON.stringify(details, (_, value) => (typeof value === 'bigint' ? `${value}n` : value), 2)
}

interface Dice {
  readonly below: (limit: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

/** A small linear congruential generator: the same seed gives the same profile everywhere. */
function createDice(seed: number): Dice {
  let state = seed
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const pick = <T>(from: readonly T[]): T => {
    const [found] = from.slice(below(from.length))
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }
  return { below, pick }
}

function randomProfile(machine: Machine, dice: Dice): LinuxSeccomp {
  const pool = abisOf(machine).flatMap((abi) => callsOf(abi).map(({ name }) => name))
  // Few names, so that rules meet on one call.
  const names = Array.from({ length: 1 + dice.below(30) }, () => dice.pick([...pool, 'no_such']))
  const defaultAction = dice.pick(actions)
  return {
    defaultAction,
    ...randomErrno(defaultAction, 'defaultErrnoRet', dice),
    architectures: seccompArchitectures.filter(() => dice.below(2) === 0),
    syscalls: Array.from({ length: dice.below(25) }, () => randomEntry(names, dice)),
  }
}

function randomEntry(names: readonly string[], dice: Dice): SeccompSyscall {
  const action = dice.pick(actions)
  return {
    names: Array.from({ length: dice.below(6) }, () => dice.pick(names)),
    action,
    ...randomErrno(action, 'errnoRet', dice),
    args: Array.from({ length: Math.max(0, dice.below(6) - 2) }, () => randomArgument(dice)),
  }
}

function randomErrno(action: SeccompAction, field: 'errnoRet' | 'defaultErrnoRet', dice: Dice) {
  const takesOne = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'
  return takesOne && dice.below(2) === 0 ? { [field]: dice.below(5) } : {}
}

function randomArgument(dice: Dice): SeccompArgument {
  const [value, valueTwo] = [dice.pick(words), dice.pick(words)]
  const asNumber = value < 2n ** 53n && dice.below(2) === 0
  return {
    index: dice.below(4),
    op: dice.pick(operators),
    value: asNumber ? Number(value) : value,
    ...(dice.below(3) === 0 ? {} : { valueTwo }),
  }
}

function randomCall(machine: Machine, { syscalls = [] }: LinuxSeccomp, dice: Dice): SeccompData {
  const abi = dice.pick(abisOf(machine))
  const names = new Set([...syscalls.flatMap((entry) => entry.names), 'socketcall', 'ipc'])
  const known = callsOf(abi).filter(({ name }) => names.has(name))
  const near = known.map(({ number }) => number + abi.offset + dice.below(3) - 1)
  const odd = [0, 500, 0x3fffffff, 0x40000000, 0xf0000, 0xf0005, 0xfffffffe, 0xffffffff]
  const number = dice.pick([...near, ...near, ...odd, dice.below(600) + abi.offset])
  const args = Array.from({ length: 6 }, () => {
    return BigInt.asUintN(64, dice.pick(words) + BigInt(dice.below(3) - 1))
  })
  const arch = dice.below(20) === 0 ? 0x1234 : abi.auditArch
  return { number: Math.max(number, 0), arch, args }
}
