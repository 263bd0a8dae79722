// SPDX-License-Identifier: Apache-2.0
import { wordsOf } from './abi.ts'
import { type CallGroup, everyday } from './default-calls.ts'
import { type ConditionalRule, conditional, privileged, refused } from './default-limits.ts'
import type { LinuxSeccomp, Machine, SeccompArchitecture, SeccompSyscall } from './types.ts'

/** ABIs that programs for these machines use; 32-bit ones run on 64-bit kernels. */
const architectures: Record<Machine, readonly SeccompArchitecture[]> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
}

const eperm = 1

/**
 * The profile of containers that ask for no other: a list of what is allowed, EPERM for the rest.
 *
 * It names every call of the tables in numbers/, the refused ones too: only what is younger
 * than the tables is a new call, and gets ENOSYS.
 *
 * @param capabilities CAP_… names that the container gets; those that open no call do not count
 */
export function defaultSeccomp({ capabilities, arch }: DefaultSeccompRequest): LinuxSeccomp {
  const held = new Set(capabilities)
  const hasAny = (names: readonly string[]) => names.some((name) => held.has(name))
  const granted = privileged.filter(({ needs }) => hasAny(needs))
  const withheld = privileged.filter(({ needs }) => !hasAny(needs))
  const rules = conditional.filter(
    ({ needs, unless = [] }) => (needs === undefined || hasAny(needs)) && !hasAny(unless),
  )
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: eperm,
    architectures: architectures[arch],
    syscalls: [
      { names: [...everyday, ...granted].flatMap(names), action: 'SCMP_ACT_ALLOW' },
      ...rules.flatMap(entriesOf),
      ...withheld.map((group) => refuse(names(group), group.errnoRet)),
      refuse(refused.flatMap(names)),
    ],
  }
}

export interface DefaultSeccompRequest {
  readonly capabilities: readonly string[]
  readonly arch: Machine
}

function names({ calls }: CallGroup): readonly string[] {
  return wordsOf(calls)
}

function entriesOf({ call, oneOf, errnoRet }: ConditionalRule): SeccompSyscall[] {
  return oneOf.map((args) => ({
    ...(errnoRet === undefined
      ? { names: [call], action: 'SCMP_ACT_ALLOW' }
      : refuse([call], errnoRet)),
    args,
  }))
}

function refuse(names: readonly string[], errnoRet = eperm): SeccompSyscall {
  return { names, action: 'SCMP_ACT_ERRNO', errnoRet }
}
