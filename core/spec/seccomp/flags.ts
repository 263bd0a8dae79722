// SPDX-License-Identifier: Apache-2.0
import { invalidProfile } from './actions.ts'
import type { LinuxSeccomp, SeccompFlag } from './types.ts'

/** SECCOMP_FILTER_FLAG_… of linux/seccomp.h. */
const tsync = 1 << 0
const specAllow = 1 << 2
const newListener = 1 << 3
const waitKillable = 1 << 5

const flagBits: ReadonlyMap<string, number> = new Map(
  Object.entries({
    SECCOMP_FILTER_FLAG_TSYNC: tsync,
    SECCOMP_FILTER_FLAG_LOG: 1 << 1,
    SECCOMP_FILTER_FLAG_SPEC_ALLOW: specAllow,
    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: waitKillable,
  } satisfies Record<SeccompFlag, number>),
)

/** @throws TsbuildError SPEC_INVALID for a name there is not */
export function flagBit(flag: string): number {
  const bit = flagBits.get(flag)
  if (bit === undefined) throw invalidProfile(`unknown flag ${JSON.stringify(flag)}`)
  return bit
}

/**
 * The flags named; without a list SPEC_ALLOW, as runc and crun do: kernels before 5.16 slow
 * filtered programs down else. Without a listener nobody waits for a supervisor. With one, TSYNC
 * is left out: of the threads of init one becomes the program, and the other, which hands the
 * listener over, must stay outside of the filter.
 */
export function filterFlags(profile: LinuxSeccomp): number {
  const { flags } = profile
  const named = (flags ?? []).reduce((bits, flag) => bits | flagBit(flag), 0)
  const bits = flags === undefined ? specAllow : named
  return hasListener(profile) ? (bits & ~tsync) | newListener : bits & ~waitKillable
}

/** Whether somebody outside is to be asked about calls. @see seccomp_unotify(2) */
export const hasListener = ({ defaultAction, syscalls = [] }: LinuxSeccomp): boolean =>
  [defaultAction, ...syscalls.map(({ action }) => action)].includes('SCMP_ACT_NOTIFY')

/** Whether loading a program of these flags makes the descriptor that the agent gets. */
export const makesListener = ({ flags }: { readonly flags: number }): boolean =>
  (flags & newListener) !== 0
