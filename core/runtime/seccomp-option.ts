// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { TsbuildError } from '../lib/errors.ts'
import { type CompiledSeccomp, compileSeccomp } from '../spec/seccomp/compile.ts'
import { precompiledSeccomp } from '../spec/seccomp/precompiled.ts'
import { defaultSeccomp } from '../spec/seccomp/profile.ts'
import type { LinuxSeccomp, Machine } from '../spec/seccomp/types.ts'

/**
 * The filter that `--security-opt seccomp=…` asks for.
 *
 * @param option `default`, `unconfined`, or the path of a profile in the spec's JSON
 * @returns undefined for none
 * @throws TsbuildError SPEC_INVALID for a file that is no profile
 */
export function seccompProfile(
  option: string,
  { capabilities, machine }: { capabilities: readonly string[]; machine: Machine },
): LinuxSeccomp | undefined {
  if (option === 'unconfined') return undefined
  if (option === 'default') return defaultSeccomp({ capabilities, arch: machine })
  return readProfile(option)
}

/**
 * The profile as the program that init loads.
 *
 * @param option as for seccompProfile, which gave the profile
 */
export function seccompProgram(
  option: string,
  { capabilities, machine }: { capabilities: readonly string[]; machine: Machine },
  profile: LinuxSeccomp | undefined,
): CompiledSeccomp | undefined {
  if (profile === undefined) return undefined
  const ready = option === 'default' ? precompiledSeccomp(capabilities, machine) : undefined
  return ready ?? compileSeccomp(profile, machine)
}

function readProfile(path: string): LinuxSeccomp {
  const hint = 'it is a JSON file like linux.seccomp of an OCI runtime spec, with defaultAction'
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new TsbuildError('SPEC_INVALID', `cannot read seccomp profile ${path}`, { cause, hint })
  }
  if (!isProfile(value))
    throw new TsbuildError('SPEC_INVALID', `${path} is no seccomp profile`, { hint })
  return value
}

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
  'action' in rule &&
  typeof rule.action === 'string'
