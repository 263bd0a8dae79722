// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { type Abi, abisOf, callsOf } from '../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../core/spec/seccomp/compile.ts'
import type { LinuxSeccomp, Machine } from '../../core/spec/seccomp/types.ts'
import { loadFilter } from '../unit/core/spec/seccomp/bpf.ts'
import { type Probe, runContainer, youngerNames } from './seccomp-probe.ts'

export const machine: Machine = process.arch === 'arm64' ? 'arm64' : 'x64'
export const runtimes = ['crun', 'runc'] as const
const eperm = 0x00050001
const enosys = 0x00050026
const killProcess = 0x80000000
const killThread = 0

export interface Difference {
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
    reason: 'an ABI without a name in the profile: theirs ends the thread, ours the process',
    of: ({ abi, ours, theirs }) =>
      abi !== abisOf(machine)[0] && ours === killProcess && theirs === killThread,
  },
  {
    reason: 'socket has conditions, which they drop for socketcall(SYS_SOCKET); we drop the rule',
    of: ({ name, args, ours }) => name === 'socketcall' && args[0] === 1n && ours === eperm,
  },
]

/** Differences without a reason, as text. */
export function unexplained(found: readonly Difference[]): string[] {
  const rest = found.filter((one) => !reasons.some(({ of }) => of(one)))
  return rest.map(({ abi, name, number, args, ours, theirs }) => {
    const [our, their] = [ours, theirs].map((value) => value.toString(16))
    return `${abi.architecture} ${name || number} ${args.join(' ')}: ${our}, not ${their}`
  })
}

/** Calls and arguments for which our program does something else than that of `runtime`. */
export async function differences(
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
