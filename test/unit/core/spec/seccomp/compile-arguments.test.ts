// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { abisOf, callsOf } from '../../../../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../../../../core/spec/seccomp/compile.ts'
import type {
  LinuxSeccomp,
  SeccompArgument,
  SeccompOperator,
  SeccompSyscall,
} from '../../../../../core/spec/seccomp/types.ts'
import { decode, runFilter } from './bpf.ts'

const allow = 0x7fff0000
const eperm = 0x00050001
const x86 = 0xc000003e
const i386 = 0x40000003
const x32Bit = 0x40000000
const socketcall = 102
const ipc = 117

const edges = [
  0n,
  1n,
  0xffffffffn,
  1n << 32n,
  (1n << 32n) + 1n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
]

const masked = (1n << 63n) + 1n
const operators: readonly {
  readonly op: SeccompOperator
  readonly holds: (argument: bigint, value: bigint) => boolean
}[] = [
  { op: 'SCMP_CMP_NE', holds: (argument, value) => argument !== value },
  { op: 'SCMP_CMP_LT', holds: (argument, value) => argument < value },
  { op: 'SCMP_CMP_LE', holds: (argument, value) => argument <= value },
  { op: 'SCMP_CMP_EQ', holds: (argument, value) => argument === value },
  { op: 'SCMP_CMP_GE', holds: (argument, value) => argument >= value },
  { op: 'SCMP_CMP_GT', holds: (argument, value) => argument > value },
  {
    op: 'SCMP_CMP_MASKED_EQ',
    holds: (argument, value) => (argument & value) === (masked & value),
  },
]

const allowIf = (name: string, ...args: readonly SeccompArgument[]): SeccompSyscall => ({
  names: [name],
  action: 'SCMP_ACT_ALLOW',
  args,
})
const profileOf = (...syscalls: readonly SeccompSyscall[]): LinuxSeccomp => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  syscalls,
})
const numberOf = (name: string, at = 0): number => {
  const abi = abisOf('x64')[at]
  const call = abi && callsOf(abi).find((one) => one.name === name)
  if (call === undefined) throw new Error(`no call ${name}`)
  return call.number
}

describe('conditions on arguments', () => {
  for (const { op, holds } of operators) {
    it(`${op} compares 64 bits, at every index`, () => {
      edges.forEach((value, at) => {
        const index = at % 6
        const profile = profileOf(allowIf('dup', { index, op, value, valueTwo: masked }))
        const { program } = compileSeccomp(profile, 'x64')
        for (const argument of [...edges, value ^ 1n, value ^ (1n << 40n)]) {
          const args = Array.from({ length: 6 }, (_, i) => (i === index ? argument : 77n))
          const { returns } = runFilter(program, { arch: x86, number: numberOf('dup'), args })
          const want = holds(argument, value) ? allow : eperm
          assert.equal(returns, want, `${argument} against ${value}`)
        }
      })
    })
  }

  it('a number means the same as the bigint', () => {
    for (const value of [0, 5, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
      const of = (value: number | bigint) =>
        compileSeccomp(profileOf(allowIf('dup', { index: 0, op: 'SCMP_CMP_GT', value })), 'x64')
      assert.deepEqual(of(value), of(BigInt(value)))
    }
  })

  it('the conditions of a rule hold together, those on one argument one by one', () => {
    const equal = (index: number, value: number) => ({ index, value, op: 'SCMP_CMP_EQ' }) as const
    const profile = profileOf(
      allowIf('dup', equal(0, 1), equal(1, 2)),
      allowIf('dup2', equal(0, 1), equal(1, 2), equal(0, 3)),
    )
    const { program } = compileSeccomp(profile, 'x64')
    const rows = [
      { name: 'dup', args: [1n, 2n], want: allow },
      { name: 'dup', args: [1n, 0n], want: eperm },
      { name: 'dup', args: [0n, 2n], want: eperm },
      { name: 'dup2', args: [1n, 0n], want: allow },
      { name: 'dup2', args: [0n, 2n], want: allow },
      { name: 'dup2', args: [3n, 0n], want: allow },
      { name: 'dup2', args: [0n, 0n], want: eperm },
    ]
    for (const { name, args, want } of rows) {
      assert.equal(runFilter(program, { arch: x86, number: numberOf(name), args }).returns, want)
    }
  })

  it('32-bit ABIs are compared by the low halves, also of values', () => {
    const value = (1n << 64n) - 1n
    const { program } = compileSeccomp(
      profileOf(allowIf('dup', { index: 0, op: 'SCMP_CMP_EQ', value })),
      'x64',
    )
    const run = (arch: number, number: number, argument: bigint) =>
      runFilter(program, { arch, number, args: [argument] }).returns
    assert.equal(run(i386, numberOf('dup', 2), 0xffffffffn), allow)
    assert.equal(run(x86, x32Bit + numberOf('dup', 1), 0xffffffffn), allow)
    assert.equal(run(x86, numberOf('dup'), 0xffffffffn), eperm)
  })

  it('i386 programs may reach a call through socketcall and ipc', () => {
    const condition = { index: 0, op: 'SCMP_CMP_EQ', value: 2 } as const
    const { program } = compileSeccomp(
      profileOf(
        { names: ['connect', 'shmat', 'close_range'], action: 'SCMP_ACT_ALLOW' },
        allowIf('socket', condition),
      ),
      'x64',
    )
    const run = (number: number, operation: bigint) =>
      runFilter(program, { arch: i386, number, args: [operation] }).returns
    assert.equal(run(socketcall, 3n), allow, 'connect')
    assert.equal(run(socketcall, 2n), eperm, 'bind')
    assert.equal(run(socketcall, 1n), eperm, 'socket, whose condition cannot be seen')
    assert.equal(run(ipc, 21n), allow, 'shmat')
    assert.equal(run(ipc, 0n), eperm, 'no operation')
  })

  it('what is farther away than a jump reaches is found', () => {
    const names = callsOf(abisOf('x64')[0]).map(({ name }) => name)
    const profile = profileOf(
      ...names.slice(0, 120).map((name, at) => ({
        ...allowIf(name, { index: 0, op: 'SCMP_CMP_EQ', value: at * 3 }),
        action: at % 2 === 0 ? ('SCMP_ACT_ALLOW' as const) : ('SCMP_ACT_TRAP' as const),
      })),
    )
    const { program } = compileSeccomp(profile, 'x64')
    assert.ok(decode(program).length > 1000)
    names.slice(0, 120).forEach((name, at) => {
      const run = (argument: number) =>
        runFilter(program, { arch: x86, number: numberOf(name), args: [BigInt(argument)] }).returns
      assert.equal(run(at * 3), at % 2 === 0 ? allow : 0x00030000)
      assert.equal(run(at * 3 + 1), eperm)
    })
  })

  it('calls under one rule share its steps', () => {
    const odd = callsOf(abisOf('x64')[0]).filter(({ number }) => number % 2 === 1)
    const lengthOf = (count: number) => {
      const names = odd.slice(0, count).map(({ name }) => name)
      const op = 'SCMP_CMP_LE' as const
      const args = [0, 1, 2].map((index) => ({ index, op, value: 1n << 63n }))
      const profile = profileOf({ names, action: 'SCMP_ACT_ALLOW', args })
      return decode(compileSeccomp({ ...profile, architectures: [] }, 'x64').program).length
    }
    const [one, many] = [lengthOf(1), lengthOf(120)]
    assert.ok(one > 18 && many < one + 4 * 120, `${one} grew to ${many}`)
  })

  it('a half that the mask does not ask for is not looked at', () => {
    const stepsFor = (value: bigint) => {
      const condition = { index: 0, op: 'SCMP_CMP_MASKED_EQ', value, valueTwo: 0 } as const
      const { program } = compileSeccomp(profileOf(allowIf('dup', condition)), 'x64')
      return runFilter(program, { arch: x86, number: numberOf('dup'), args: [0n] }).steps
    }
    const both = stepsFor((1n << 63n) + 1n)
    assert.deepEqual(
      [stepsFor(1n), stepsFor(1n << 63n), stepsFor(0n)],
      [both - 2, both - 2, both - 4],
    )
  })
})
