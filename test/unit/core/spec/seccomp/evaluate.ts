// SPDX-License-Identifier: Apache-2.0
import { type Abi, abisOf, callsOf } from '../../../../../core/spec/seccomp/abi.ts'
import type {
  LinuxSeccomp,
  Machine,
  SeccompArgument,
  SeccompSyscall,
} from '../../../../../core/spec/seccomp/types.ts'
import type { SeccompData } from './bpf.ts'

const enosys = 0x00050026
const killProcess = 0x80000000
const actions: Record<string, number> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: killProcess,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_ALLOW: 0x7fff0000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
}
const restrictive = /KILL|TRAP|ERRNO/

/**
 * What a profile means for a call, word by word and slowly: the other opinion that compiled
 * programs are compared with.
 */
export function createEvaluator(
  profile: LinuxSeccomp,
  machine: Machine,
): (call: SeccompData) => number {
  const byDefault = code(profile.defaultAction, profile.defaultErrnoRet)
  const newer = restrictive.test(profile.defaultAction) ? enosys : byDefault
  const lasts = new Map(abisOf(machine).map((abi) => [abi, lastNamed(profile, abi)]))
  return (call) => {
    const abi = abiOf(profile, machine, call)
    if (abi === undefined) {
      const skipped = call.number === 0xffffffff && call.arch === abisOf(machine)[0].auditArch
      return skipped ? newer : killProcess
    }
    const number = call.number - abi.offset
    for (const rule of rulesFor(profile, abi, number)) {
      const returns = code(rule.action, rule.errnoRet)
      const matches = rule.args?.every((one) => meets(one, call.args?.[one.index] ?? 0n, abi))
      if (returns !== byDefault && matches !== false) return returns
    }
    return number > (lasts.get(abi) ?? 0) && number < abi.privateFrom ? newer : byDefault
  }
}

function abiOf(
  { architectures }: LinuxSeccomp,
  machine: Machine,
  { arch, number }: SeccompData,
): Abi | undefined {
  const [native, ...others] = abisOf(machine)
  const wanted = [native, ...others.filter((abi) => architectures?.includes(abi.architecture))]
  const bit = machine === 'x64' && arch === native.auditArch && number >= 0x40000000
  return wanted.find((abi) => abi.auditArch === arch && abi.offset === (bit ? 0x40000000 : 0))
}

/** Rules for a number, in the order they are asked: unconditional ones first. */
function rulesFor(profile: LinuxSeccomp, abi: Abi, number: number): readonly SeccompSyscall[] {
  const names = callsOf(abi).filter((call) => call.number === number)
  const own = names.flatMap(({ name }) => mentions(profile, name).flatMap(alternatives))
  const through = names.flatMap(({ name }) =>
    (abi.multiplexers.get(name) ?? []).flatMap((inner, operation) =>
      firstUnconditional(profile, inner).map((entry): SeccompSyscall => {
        return { ...entry, args: [{ index: 0, op: 'SCMP_CMP_EQ', value: operation }] }
      }),
    ),
  )
  const all = [...own, ...through]
  return [...all.filter((entry) => !conditional(entry)), ...all.filter(conditional)]
}

function firstUnconditional(profile: LinuxSeccomp, name: string): readonly SeccompSyscall[] {
  const byDefault = code(profile.defaultAction, profile.defaultErrnoRet)
  return mentions(profile, name)
    .filter((entry) => !conditional(entry) && code(entry.action, entry.errnoRet) !== byDefault)
    .slice(0, 1)
}

const mentions = ({ syscalls = [] }: LinuxSeccomp, name: string) =>
  syscalls.filter(({ names }) => names.includes(name))

const conditional = ({ args = [] }: SeccompSyscall) => args.length > 0

function alternatives(entry: SeccompSyscall): readonly SeccompSyscall[] {
  const { args = [] } = entry
  const repeats = args.some(({ index }, at) => args.findIndex((a) => a.index === index) < at)
  return repeats ? args.map((one) => ({ ...entry, args: [one] })) : [entry]
}

function lastNamed(profile: LinuxSeccomp, abi: Abi): number {
  const named = callsOf(abi).filter(
    ({ name, number }) =>
      number < abi.privateFrom &&
      (mentions(profile, name).length > 0 ||
        abi.multiplexers.get(name)?.some((one) => firstUnconditional(profile, one).length > 0)),
  )
  return named.at(-1)?.number ?? Number.POSITIVE_INFINITY
}

function code(action: string, errnoRet = 1): number {
  const known = actions[action]
  if (known === undefined) throw new Error(`unknown action ${action}`)
  return /ERRNO|TRACE/.test(action) ? known + errnoRet : known
}

function meets({ op, value, valueTwo = 0 }: SeccompArgument, argument: bigint, abi: Abi): boolean {
  const [a, b, c] = [argument, BigInt(value), BigInt(valueTwo)].map((word) =>
    BigInt.asUintN(abi.argumentBits, word),
  )
  if (a === undefined || b === undefined || c === undefined) throw new Error('three words in')
  switch (op) {
    case 'SCMP_CMP_NE':
      return a !== b
    case 'SCMP_CMP_LT':
      return a < b
    case 'SCMP_CMP_LE':
      return a <= b
    case 'SCMP_CMP_EQ':
      return a === b
    case 'SCMP_CMP_GE':
      return a >= b
    case 'SCMP_CMP_GT':
      return a > b
    case 'SCMP_CMP_MASKED_EQ':
      return (a & b) === (c & b)
  }
}
