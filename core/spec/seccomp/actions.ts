// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../lib/errors.ts'
import type { LinuxSeccomp, SeccompAction } from './types.ts'

/** A call that the kernel could make but this program does not understand, such as an ABI. */
export const returnKillProcess = 0x80000000
/** What a kernel that lacks the call says: libraries know how to fall back from it. */
export const returnNoSuchCall = 0x00050000 | 38

const defaultErrno = 1 // EPERM
const maxErrno = 4095 // MAX_ERRNO of linux/err.h: the kernel cuts what is above
const maxData = 0xffff // SECCOMP_RET_DATA

interface Action {
  /** SECCOMP_RET_…, see linux/seccomp.h. */
  readonly code: number
  /** Largest value the action can carry; absent when it carries none. */
  readonly dataMax?: number
  /** Leaves it to somebody else, or to nobody, to judge a call. */
  readonly permissive?: true
}

const actions: ReadonlyMap<string, Action> = new Map(
  Object.entries({
    SCMP_ACT_KILL: { code: 0 },
    SCMP_ACT_KILL_THREAD: { code: 0 },
    SCMP_ACT_KILL_PROCESS: { code: returnKillProcess },
    SCMP_ACT_TRAP: { code: 0x00030000 },
    SCMP_ACT_ERRNO: { code: 0x00050000, dataMax: maxErrno },
    SCMP_ACT_NOTIFY: { code: 0x7fc00000, permissive: true },
    SCMP_ACT_TRACE: { code: 0x7ff00000, dataMax: maxData, permissive: true },
    SCMP_ACT_LOG: { code: 0x7ffc0000, permissive: true },
    SCMP_ACT_ALLOW: { code: 0x7fff0000, permissive: true },
  } satisfies Record<SeccompAction, Action>),
)

/**
 * What a filter returns for an action: SECCOMP_RET_… with its data.
 *
 * @param errnoRet EPERM when undefined
 * @throws TsbuildError SPEC_INVALID for an unknown action, an errno with an action that takes
 *   none (the OCI specification demands it), or one that does not fit
 */
export function returnValue(action: string, errnoRet: number | undefined): number {
  const known = actions.get(action)
  if (known === undefined) throw invalidProfile(`unknown action ${JSON.stringify(action)}`)
  const { code, dataMax } = known
  if (dataMax === undefined) {
    if (errnoRet !== undefined) throw invalidProfile(`errno ${errnoRet} given for ${action}`)
    return code
  }
  const data = errnoRet ?? defaultErrno
  if (!Number.isInteger(data) || data < 0 || data > dataMax) {
    throw invalidProfile(`errno ${data} for ${action} is not between 0 and ${dataMax}`)
  }
  return code | data
}

/**
 * The return value for calls younger than the profile.
 *
 * Its author never thought of them: where the default is to refuse, ENOSYS lets programs fall
 * back to what they used before, while the default's EPERM makes them fail. A default that lets
 * calls through, or asks somebody, keeps its word.
 */
export function returnForNewer(profile: LinuxSeccomp, defaultReturn: number): number {
  return actions.get(profile.defaultAction)?.permissive === true ? defaultReturn : returnNoSuchCall
}

/** A profile that breaks a rule of the specification; the cause says which. */
export function invalidProfile(detail: string, hint?: string): TsbuildError {
  const cause = new Error(detail)
  return new TsbuildError('SPEC_INVALID', 'cannot use the seccomp profile', { cause, hint })
}

/** What is wrong with it. */
export const reasonOf = ({ cause, message }: TsbuildError): string =>
  cause instanceof Error ? cause.message : message
