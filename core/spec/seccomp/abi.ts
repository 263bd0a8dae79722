// SPDX-License-Identifier: Apache-2.0
import { table as arm } from './numbers/arm.ts'
import { table as arm64 } from './numbers/arm64.ts'
import { table as i386 } from './numbers/i386.ts'
import { table as x32 } from './numbers/x32.ts'
import { table as x64 } from './numbers/x64.ts'
import type { Machine, SeccompArchitecture } from './types.ts'

/** One way to call the kernel: its numbers, and how a filter recognises it. */
export interface Abi {
  readonly architecture: SeccompArchitecture
  /** AUDIT_ARCH_…, as in seccomp_data.arch. */
  readonly auditArch: number
  /** Added to every number: x32 shares its auditArch with x86-64 and sets bit 30. */
  readonly offset: number
  /** Numbers from here on are the architecture's own and say nothing about the kernel's age. */
  readonly privateFrom: number
  /** How much of an argument counts. x32 registers are wider, but its callers are not. */
  readonly argumentBits: 32 | 64
  readonly table: string
  /** Calls that stand for others: names by what their first argument says. */
  readonly multiplexers: ReadonlyMap<string, readonly string[]>
}

/**
 * What a kernel of this machine can be asked by, the machine's own ABI first.
 *
 * @see linux/audit.h, and seccomp(2) on x32
 */
export function abisOf(machine: Machine): readonly [Abi, ...Abi[]] {
  return machine === 'x64' ? [abiX64, abiX32, abiI386] : [abiArm64, abiArm]
}

/** A system call, without the ABI's offset. */
export interface Call {
  readonly name: string
  readonly number: number
}

/** All calls of an ABI by number; where one has two names, they follow each other. */
export function callsOf({ table }: Abi): readonly Call[] {
  const calls: Call[] = []
  let next = 0
  for (const word of wordsOf(table)) {
    if (isDigit(word.charCodeAt(0))) next = Number(word)
    else calls.push({ name: word, number: next++ })
  }
  return calls
}

/** Words of a text of several lines; several times as fast as a regular expression when cold. */
export function wordsOf(text: string): readonly string[] {
  const words = text.replaceAll('\n', ' ').split(' ')
  return words.filter((word) => word !== '')
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** @see linux/net.h, SYS_SOCKET and on, and linux/ipc.h, SEMOP and on; '' where there is none */
const socketcalls =
  ' socket bind connect listen accept getsockname getpeername socketpair send recv sendto ' +
  'recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg'
const ipcs =
  ' semop semget semctl semtimedop       msgsnd msgrcv msgget msgctl       ' +
  'shmat shmdt shmget shmctl'
const multiplexers = new Map([
  ['socketcall', socketcalls.split(' ')],
  ['ipc', ipcs.split(' ')],
])

const abiX64: Abi = {
  architecture: 'SCMP_ARCH_X86_64',
  auditArch: 0xc000003e,
  offset: 0,
  privateFrom: Number.POSITIVE_INFINITY,
  argumentBits: 64,
  table: x64,
  multiplexers: new Map(),
}

const abiX32: Abi = {
  architecture: 'SCMP_ARCH_X32',
  auditArch: 0xc000003e,
  offset: 0x40000000,
  privateFrom: Number.POSITIVE_INFINITY,
  argumentBits: 32,
  table: x32,
  multiplexers: new Map(),
}

const abiI386: Abi = {
  architecture: 'SCMP_ARCH_X86',
  auditArch: 0x40000003,
  offset: 0,
  privateFrom: Number.POSITIVE_INFINITY,
  argumentBits: 32,
  table: i386,
  multiplexers,
}

const abiArm64: Abi = {
  architecture: 'SCMP_ARCH_AARCH64',
  auditArch: 0xc00000b7,
  offset: 0,
  privateFrom: Number.POSITIVE_INFINITY,
  argumentBits: 64,
  table: arm64,
  multiplexers: new Map(),
}

const abiArm: Abi = {
  architecture: 'SCMP_ARCH_ARM',
  auditArch: 0x40000028,
  offset: 0,
  privateFrom: 0xf0000,
  argumentBits: 32,
  table: arm,
  multiplexers: new Map(),
}
