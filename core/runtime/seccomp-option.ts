// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { TsbuildError } from '../lib/errors.ts'
import type { CompiledSeccomp } from '../spec/seccomp/compile.ts'
import { precompiledSeccomp } from '../spec/seccomp/precompiled.ts'
import type { LinuxSeccomp, Machine } from '../spec/seccomp/types.ts'

/** The filter of a run: what the spec says, and what init loads. */
export interface SeccompFilter {
  /** Left out where nobody looks at the spec and the program is there already. */
  readonly profile: LinuxSeccomp | undefined
  readonly program: CompiledSeccomp | undefined
}

export interface SeccompRequest {
  /** `default`, `unconfined`, or the path of a profile in the spec's JSON. */
  readonly option: string
  readonly capabilities: readonly string[]
  readonly machine: Machine
  /** Whether the spec is to be shown. */
  readonly wantsProfile: boolean
}

/**
 * What `--security-opt seccomp=…` asks for.
 *
 * The default one comes ready from the build; compiler and tables are loaded only for others.
 *
 * @throws TsbuildError SPEC_INVALID for a file that is no profile
 */
export async function seccompFilter(request: SeccompRequest): Promise<SeccompFilter> {
  const { option, capabilities, machine, wantsProfile } = request
  if (option === 'unconfined') return { profile: undefined, program: undefined }
  const ready = option === 'default' ? precompiledSeccomp(capabilities, machine) : undefined
  if (ready !== undefined && !wantsProfile) return { profile: undefined, program: ready }
  const { compileSeccomp, defaultSeccomp } = await import('../spec/seccomp/seccomp-main.ts')
  const profile =
    option === 'default' ? defaultSeccomp({ capabilities, arch: machine }) : readProfile(option)
  return { profile, program: ready ?? compileSeccomp(profile, machine) }
}

function readProfile(path: string): LinuxSeccomp {
  const hint = 'it is a JSON file like linux.seccomp of an OCI runtime spec, with defaultAction'
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'), withoutNull)
  } catch (cause) {
    throw new TsbuildError('SPEC_INVALID', `cannot read seccomp profile ${path}`, { cause, hint })
  }
  if (!isProfile(value))
    throw new TsbuildError('SPEC_INVALID', `${path} is no seccomp profile`, { hint })
  return value
}

/** Go writes null for a list that was left out, and many profiles come from Go. */
const withoutNull = (_key: string, value: unknown) => value ?? undefined

/** The outline; names, actions and numbers are checked where the profile is compiled. */
function isProfile(value: unknown): value is LinuxSeccomp {
  if (typeof value !== 'object' || value === null || !('defaultAction' in value)) return false
  return !('syscalls' in value) || (Array.isArray(value.syscalls) && value.syscalls.every(isRule))
}

const isRule = (rule: unknown) =>
  typeof rule === 'object' &&
  rule !== null &&
  'names' in rule &&
  Array.isArray(rule.names) &&
  (!('args' in rule) || Array.isArray(rule.args)) &&
  'action' in rule &&
  typeof rule.action === 'string'
