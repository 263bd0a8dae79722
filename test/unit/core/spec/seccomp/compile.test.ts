// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { abisOf, callsOf } from '../../../../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../../../../core/spec/seccomp/compile.ts'
import type {
  LinuxSeccomp,
  Machine,
  SeccompSyscall,
} from '../../../../../core/spec/seccomp/types.ts'
import { runFilter } from './bpf.ts'

const allow = 0x7fff0000
const killProcess = 0x80000000
const errno = (value: number) => 0x00050000 + value
const enosys = errno(38)

const x86 = 0xc000003e
const i386 = 0x40000003
const arm64 = 0xc00000b7
const arm = 0x40000028
const x32Bit = 0x40000000

interface Case {
  readonly name: string
  readonly machine?: Machine
  readonly profile: LinuxSeccomp
  /** Calls, and what the filter returns for them. */
  readonly calls: readonly (readonly [arch: number, number: number, want: number])[]
}

const entry = (action: SeccompSyscall['action'], ...names: string[]) => ({ names, action })
const deny = (...syscalls: SeccompSyscall[]): LinuxSeccomp => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls,
})
const permit = (...syscalls: SeccompSyscall[]): LinuxSeccomp => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls,
})

const cases: readonly Case[] = [
  {
    name: 'a call that is named gets its action, its neighbours the default',
    profile: deny(entry('SCMP_ACT_ALLOW', 'getpid', 'close_range')),
    calls: [
      [x86, 38, errno(1)],
      [x86, 39, allow],
      [x86, 40, errno(1)],
    ],
  },
  {
    name: 'the default errno is EPERM unless the profile says another',
    profile: { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 13, syscalls: [] },
    calls: [
      [x86, 0, errno(13)],
      [x86, 5000, errno(13)],
    ],
  },
  {
    name: 'calls above the highest one that is named are unknown to the kernel',
    profile: deny(entry('SCMP_ACT_ALLOW', 'read'), entry('SCMP_ACT_ERRNO', 'openat2')),
    calls: [
      [x86, 437, errno(1)],
      [x86, 438, enosys],
      [x86, 0x3fffffff, enosys],
    ],
  },
  {
    name: 'they are so by a default that kills, too',
    profile: {
      defaultAction: 'SCMP_ACT_KILL_PROCESS',
      syscalls: [entry('SCMP_ACT_ALLOW', 'read')],
    },
    calls: [
      [x86, 0, allow],
      [x86, 1, enosys],
    ],
  },
  {
    name: 'they are not by a default that lets others judge',
    profile: { defaultAction: 'SCMP_ACT_TRACE', syscalls: [entry('SCMP_ACT_ALLOW', 'read')] },
    calls: [[x86, 1, 0x7ff00001]],
  },
  {
    name: 'a rule without conditions wins over those with, wherever it stands',
    profile: deny(
      { ...entry('SCMP_ACT_TRAP', 'dup'), args: [{ index: 0, value: 0, op: 'SCMP_CMP_EQ' }] },
      entry('SCMP_ACT_ALLOW', 'dup'),
    ),
    calls: [[x86, 32, allow]],
  },
  {
    name: 'of two rules of a kind the first one wins',
    profile: deny(
      { ...entry('SCMP_ACT_ERRNO', 'dup'), errnoRet: 7 },
      { ...entry('SCMP_ACT_ERRNO', 'dup'), errnoRet: 8 },
      { ...entry('SCMP_ACT_TRAP', 'dup2'), args: [{ index: 0, value: 9, op: 'SCMP_CMP_LT' }] },
      { ...entry('SCMP_ACT_LOG', 'dup2'), args: [{ index: 0, value: 8, op: 'SCMP_CMP_LT' }] },
    ),
    calls: [
      [x86, 32, errno(7)],
      [x86, 33, 0x00030000],
    ],
  },
  {
    name: 'a rule that says what the default says does not hide a later one',
    profile: permit(entry('SCMP_ACT_ALLOW', 'dup'), entry('SCMP_ACT_LOG', 'dup')),
    calls: [[x86, 32, 0x7ffc0000]],
  },
  {
    name: 'names that no kernel knows are passed over, and do not count as the highest',
    profile: deny(entry('SCMP_ACT_ALLOW', 'no_such_call', 'getpid')),
    calls: [
      [x86, 39, allow],
      [x86, 40, enosys],
    ],
  },
  {
    name: 'an architecture that is not named ends the process',
    profile: { ...permit(), architectures: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_S390X'] },
    calls: [
      [x86, 0, allow],
      [i386, 0, killProcess],
      [arm64, 0, killProcess],
    ],
  },
  {
    name: 'i386 and x32 calls have numbers of their own',
    profile: {
      ...deny(entry('SCMP_ACT_ALLOW', 'ptrace')),
      architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    },
    calls: [
      [x86, 101, allow],
      [i386, 101, enosys],
      [i386, 26, allow],
      [x86, x32Bit + 521, allow],
      [x86, x32Bit + 520, errno(1)],
      [x86, x32Bit + 522, enosys],
    ],
  },
  {
    name: 'x32 calls end the process where only x86-64 is named; a call that was skipped does not',
    profile: { ...permit(), architectures: ['SCMP_ARCH_X86_64'] },
    calls: [
      [x86, x32Bit - 1, allow],
      [x86, x32Bit, killProcess],
      [x86, 0xfffffffe, killProcess],
      [x86, 0xffffffff, allow],
    ],
  },
  {
    name: 'calls that ARM keeps for itself are not newer than others',
    machine: 'arm64',
    profile: {
      ...deny(entry('SCMP_ACT_ALLOW', 'cacheflush', 'openat2', 'sync_file_range2')),
      architectures: ['SCMP_ARCH_ARM'],
    },
    calls: [
      [arm64, 437, allow],
      [arm64, 438, enosys],
      [arm, 0xf0000, errno(1)],
      [arm, 0xf0001, errno(1)],
      [arm, 0xf0002, allow],
      [arm, 0xf0003, errno(1)],
      [arm, 341, allow],
      [arm, 437, allow],
      [arm, 438, enosys],
      [arm, 0xeffff, enosys],
    ],
  },
  {
    name: 'of two names for one call the first has the say, the second the rest',
    machine: 'arm64',
    profile: {
      ...permit(
        entry('SCMP_ACT_LOG', 'sync_file_range2'),
        entry('SCMP_ACT_TRAP', 'arm_sync_file_range'),
      ),
      architectures: ['SCMP_ARCH_ARM'],
    },
    calls: [
      [arm, 340, allow],
      [arm, 341, 0x00030000],
      [arm, 342, allow],
    ],
  },
  {
    name: 'a profile that names nothing has no highest call',
    profile: deny(),
    calls: [[x86, 0x3fffffff, errno(1)]],
  },
]

describe('compileSeccomp', () => {
  for (const { name, machine = 'x64', profile, calls } of cases) {
    it(name, () => {
      const { program } = compileSeccomp(profile, machine)
      const got = calls.map(([arch, number]) => [
        arch,
        number,
        runFilter(program, { arch, number }).returns,
      ])
      assert.deepEqual(got, calls)
    })
  }

  it('reaches its answers in a dozen steps, without looking at arguments', () => {
    const odd = callsOf(abisOf('x64')[0]).filter((_, at) => at % 2 === 1)
    const profile = deny(entry('SCMP_ACT_ALLOW', ...odd.map(({ name }) => name)))
    const { program } = compileSeccomp(profile, 'x64')
    for (const { number } of odd) {
      const { returns, steps, readsArguments } = runFilter(program, { arch: x86, number })
      assert.equal(returns, allow)
      assert.ok(steps <= 16, `${steps} steps for ${number}`)
      assert.ok(!readsArguments)
    }
  })
})
