// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Abi, abisOf, callsOf, wordsOf } from '../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../core/spec/seccomp/compile.ts'
import { defaultSeccomp } from '../../core/spec/seccomp/profile.ts'
import type { LinuxSeccomp, Machine } from '../../core/spec/seccomp/types.ts'
import { loadFilter } from '../unit/core/spec/seccomp/bpf.ts'
import { type Attempt, runContainer, useProbe, whyNot, youngerNames } from './seccomp-probe.ts'

const machine: Machine = process.arch === 'arm64' ? 'arm64' : 'x64'
const allow = 0x7fff0000
const killed = 1000 + 31 // SIGSYS

describe('filters in this kernel', { skip: whyNot() }, () => {
  const { probe } = useProbe()

  it('do to real calls what they do to modelled ones, and what crun does', async () => {
    const seccomp = defaultSeccomp({ capabilities: [], arch: machine })
    const { program } = compileSeccomp(seccomp, machine)
    const attempts = attemptsFor(abisOf(machine))
    const run = (request: { readonly program?: Buffer; readonly seccomp?: LinuxSeccomp }) =>
      runContainer(probe(), { runtime: 'crun', attempts, ...request })
    const [free, ours, theirs] = [await run({}), await run({ program }), await run({ seccomp })]
    const filter = loadFilter(program)
    const want = attempts.map(({ arch, number, args }, at) => {
      const { returns } = filter({ number, arch, args })
      return returns === allow ? free.outcomes[at] : returns & 0xffff
    })
    assert.deepEqual(ours.outcomes, want)
    assert.ok(want.includes(1) && want.includes(38) && want.includes(0))
    const known = <T>(outcomes: readonly T[]) => outcomes.filter((_, at) => !attempts[at]?.newer)
    assert.deepEqual(known(theirs.outcomes), known(want))
  })

  const x86Only = machine === 'x64' ? false : 'needs x86-64: this machine has one ABI'
  it('end a process that calls by an ABI without a name in the profile', {
    skip: x86Only,
  }, async () => {
    const profile = { ...defaultSeccomp({ capabilities: [], arch: machine }), architectures: [] }
    const { program } = compileSeccomp(profile, machine)
    const attempts = abisOf(machine).map((abi) => attempt(abi, 'getpid', []))
    const { outcomes } = await runContainer(probe(), { runtime: 'crun', program, attempts })
    assert.deepEqual(outcomes, [0, killed, killed])
  })
})

interface NamedAttempt extends Attempt {
  readonly arch: number
  /** Than crun's profile: it answers with the default. */
  readonly newer: boolean
}

function attempt(abi: Abi, name: string | number, args: readonly bigint[]): NamedAttempt {
  const number = typeof name === 'number' ? name : numberOf(abi, name)
  const i386 = abi.architecture === 'SCMP_ARCH_X86'
  const newer = typeof name === 'number' || youngerNames.has(name)
  return { i386, arch: abi.auditArch, number: number + abi.offset, args, newer }
}

function numberOf(abi: Abi, name: string): number {
  return callsOf(abi).find((call) => call.name === name)?.number ?? assert.fail(name)
}

/** Calls that do no harm, also when nobody stops them. */
function attemptsFor(abis: readonly Abi[]): readonly NamedAttempt[] {
  const bad = Array.from({ length: 6 }, () => 0xffffffffffffffffn)
  const names = wordsOf(`getpid read openat openat2 close_range fchmodat2 faccessat2 statx mount
    umount2 pivot_root unshare setns chroot bpf keyctl add_key io_uring_setup userfaultfd swapon
    init_module perf_event_open open_by_handle_at kcmp ptrace socket mseal statmount listns`)
  const plain = abis.flatMap((abi) => names.map((name) => attempt(abi, name, bad)))
  const chosen = abis.flatMap((abi) => [
    ...[0n, 0x20000n, 0x400000n].map((value) => attempt(abi, 'personality', [value])),
    ...[1n, 40n, (1n << 32n) + 40n].map((family) => attempt(abi, 'socket', [family, 1n])),
    attempt(abi, 'clone', [0x10000011n]),
    attempt(abi, 'clone3', [0n, 0n]),
    attempt(abi, 480, bad),
    attempt(abi, 5000, bad),
  ])
  const reachable = machine === 'x64' ? abis : abis.slice(0, 1)
  return [...plain, ...chosen].filter(({ arch }) => reachable.some((abi) => abi.auditArch === arch))
}
