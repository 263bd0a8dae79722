// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Abi, abisOf, callsOf, wordsOf } from '../../../../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../../../../core/spec/seccomp/compile.ts'
import { everyday } from '../../../../../core/spec/seccomp/default-calls.ts'
import {
  conditional,
  privileged,
  refused,
} from '../../../../../core/spec/seccomp/default-limits.ts'
import { defaultSeccomp } from '../../../../../core/spec/seccomp/profile.ts'
import type { Machine } from '../../../../../core/spec/seccomp/types.ts'
import { loadFilter, runFilter } from './bpf.ts'

const allow = 0x7fff0000
const eperm = 0x00050001
const einval = 0x00050016
const enosys = 0x00050026
const machines: readonly Machine[] = ['x64', 'arm64']

function ask(
  { capabilities = [], machine = 'x64', abi = abisOf(machine)[0] }: Asking,
  name: string,
  ...args: readonly bigint[]
): number {
  const { program } = compileSeccomp(defaultSeccomp({ capabilities, arch: machine }), machine)
  const number = callsOf(abi).find((call) => call.name === name)?.number
  if (number === undefined) throw new Error(`no call ${name} for ${abi.architecture}`)
  return runFilter(program, { arch: abi.auditArch, number: number + abi.offset, args }).returns
}

interface Asking {
  readonly capabilities?: readonly string[]
  readonly machine?: Machine
  readonly abi?: Abi
}

describe('the groups of the default profile', () => {
  const groups = [...everyday, ...privileged, ...refused]
  const named = [
    ...groups.flatMap(({ calls }) => wordsOf(calls)),
    ...new Set(conditional.map(({ call }) => call)),
  ]

  it('name every call of every table once, and nothing else', () => {
    const known = machines.flatMap(abisOf).flatMap((abi) => callsOf(abi).map(({ name }) => name))
    assert.deepEqual([...named].sort(), [...new Set(known)].sort())
  })

  it('have a reason each', () => {
    for (const { reason } of [...groups, ...conditional]) assert.match(reason, /\w{3}/)
  })
})

const cases: readonly {
  readonly call: readonly [name: string, ...args: bigint[]]
  readonly bare: number
  /** For a container with CAP_SYS_ADMIN. */
  readonly admin: number
}[] = [
  { call: ['openat'], bare: allow, admin: allow },
  { call: ['fchmodat2'], bare: allow, admin: allow },
  { call: ['mount'], bare: eperm, admin: allow },
  { call: ['unshare'], bare: eperm, admin: allow },
  { call: ['chroot'], bare: eperm, admin: eperm },
  { call: ['io_uring_setup'], bare: eperm, admin: eperm },
  { call: ['keyctl'], bare: eperm, admin: eperm },
  { call: ['clone', 0x01200011n], bare: allow, admin: allow },
  { call: ['clone', 0x3d0f00n], bare: allow, admin: allow },
  { call: ['clone', 0x10000011n], bare: eperm, admin: allow },
  { call: ['clone', 0x00020000n], bare: eperm, admin: allow },
  { call: ['clone3'], bare: enosys, admin: allow },
  { call: ['personality', 0n], bare: allow, admin: allow },
  { call: ['personality', 8n], bare: allow, admin: allow },
  { call: ['personality', 0x20008n], bare: allow, admin: allow },
  { call: ['personality', 0xffffffffn], bare: allow, admin: allow },
  { call: ['personality', 0x400000n], bare: eperm, admin: eperm },
  { call: ['socket', 1n], bare: allow, admin: allow },
  { call: ['socket', 2n], bare: allow, admin: allow },
  { call: ['socket', 16n], bare: allow, admin: allow },
  { call: ['socket', 44n], bare: allow, admin: allow },
  { call: ['socket', 40n], bare: eperm, admin: eperm },
  { call: ['socket', (1n << 32n) + 40n], bare: eperm, admin: eperm },
  { call: ['socket', (1n << 32n) + 2n], bare: allow, admin: allow },
  { call: ['socket', 16n, 3n, 15n], bare: allow, admin: allow },
  { call: ['socket', 16n, 3n, 9n], bare: einval, admin: einval },
]

describe('defaultSeccomp', () => {
  for (const machine of machines) {
    for (const { call, bare, admin } of cases) {
      it(`${machine}: ${call.join(' ')}`, () => {
        const capabilities = ['CAP_SYS_ADMIN', 'CAP_CHOWN']
        assert.equal(ask({ machine, capabilities: ['CAP_CHOWN'] }, ...call), bare, 'without')
        assert.equal(ask({ machine, capabilities }, ...call), admin, 'with CAP_SYS_ADMIN')
      })
    }

    it(`${machine}: calls above the tables are new, for every ABI`, () => {
      const profile = defaultSeccomp({ capabilities: [], arch: machine })
      const { program } = compileSeccomp(profile, machine)
      for (const abi of abisOf(machine)) {
        const calls = callsOf(abi).filter(({ number }) => number < abi.privateFrom)
        const last = calls.at(-1)?.number ?? 0
        const run = (number: number) =>
          runFilter(program, { arch: abi.auditArch, number: number + abi.offset }).returns
        assert.notEqual(run(last), enosys, abi.architecture)
        assert.equal(run(last + 1), enosys, abi.architecture)
      }
    })
  }

  for (const { needs, calls, errnoRet } of privileged) {
    it(`${wordsOf(calls).join(' ')}: only with ${needs.join(' or ')}`, () => {
      const others = privileged
        .flatMap((group) => group.needs)
        .filter((one) => !needs.includes(one))
      const abis = machines.flatMap((machine) => abisOf(machine).map((abi) => ({ machine, abi })))
      for (const { machine, abi } of abis) {
        const known = new Set(callsOf(abi).map(({ name }) => name))
        const [name] = wordsOf(calls).filter((one) => known.has(one))
        if (name === undefined) continue
        const refusal = errnoRet === undefined ? eperm : enosys
        assert.equal(ask({ machine, abi, capabilities: others }, name), refusal)
        for (const need of needs) {
          assert.equal(ask({ machine, abi, capabilities: [need] }, name), allow, need)
        }
      }
    })
  }

  it('lets a container with CAP_AUDIT_WRITE write to the audit log', () => {
    const capabilities = ['CAP_AUDIT_WRITE']
    assert.equal(ask({ capabilities }, 'socket', 16n, 3n, 9n), allow)
    assert.equal(ask({ capabilities }, 'socket', 40n, 3n, 9n), eperm)
  })

  it('asks nothing of a container with all capabilities but what it asks of everyone', () => {
    const capabilities = [...privileged.flatMap(({ needs }) => needs), 'CAP_AUDIT_WRITE']
    const { syscalls = [] } = defaultSeccomp({ capabilities, arch: 'x64' })
    const refusals = syscalls.filter(({ action }) => action !== 'SCMP_ACT_ALLOW')
    const everyone = refused.flatMap(({ calls }) => wordsOf(calls))
    assert.deepEqual(
      refusals.flatMap(({ names }) => names),
      everyone,
    )
    const bound = syscalls.filter(({ args = [] }) => args.length > 0).flatMap(({ names }) => names)
    assert.deepEqual(new Set(bound), new Set(['personality', 'socket']))
  })

  it('opens every family of sockets but one', () => {
    for (let family = 0n; family < 46n; family++) {
      assert.equal(ask({}, 'socket', family), family === 40n ? eperm : allow, `${family}`)
    }
  })

  it('answers in few steps, and looks at arguments of no more calls than it has to', () => {
    const looksAt = new Set(conditional.map(({ call }) => call))
    const { program } = compileSeccomp(defaultSeccomp({ capabilities: [], arch: 'x64' }), 'x64')
    const filter = loadFilter(program)
    assert.ok(program.length / 8 <= 450, `${program.length / 8} instructions`)
    for (const abi of abisOf('x64')) {
      for (const { name, number } of callsOf(abi)) {
        const run = filter({ arch: abi.auditArch, number: number + abi.offset })
        assert.equal(run.readsArguments, looksAt.has(name), name)
        assert.ok(run.readsArguments || run.steps <= 20, `${run.steps} steps for ${name}`)
      }
    }
  })

  it('keeps older 32-bit programs going', () => {
    const i386 = abisOf('x64').find(({ architecture }) => architecture === 'SCMP_ARCH_X86')
    const arm = abisOf('arm64').find(({ architecture }) => architecture === 'SCMP_ARCH_ARM')
    if (i386 === undefined || arm === undefined) throw new Error('no 32-bit ABI')
    for (const name of ['socketcall', 'ipc', 'waitpid', '_llseek', 'clock_gettime64']) {
      assert.equal(ask({ abi: i386 }, name), allow, name)
    }
    for (const name of ['cacheflush', 'set_tls', 'mmap2', 'arm_fadvise64_64', 'recv']) {
      assert.equal(ask({ machine: 'arm64', abi: arm }, name), allow, name)
    }
  })
})
