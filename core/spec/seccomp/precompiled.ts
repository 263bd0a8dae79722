// SPDX-License-Identifier: Apache-2.0
import type { CompiledSeccomp } from './compile.ts'
import type { Machine } from './types.ts'

/** What the build compiled: the program of the default profile for one set of capabilities. */
export interface Precompiled {
  readonly capabilities: readonly string[]
  readonly flags: number
  /** Base64 of the programs. */
  readonly programs: Readonly<Record<Machine, string>>
}

/** Put in by the bundler (scripts/lib/seccomp.mjs); nothing where the sources run unbundled. */
declare const PRECOMPILED_SECCOMP: Precompiled | undefined

/**
 * The default profile as a program, without compiling it again: that is a tenth of a run.
 *
 * @param capabilities of the container, in any order
 * @returns undefined for another set than the default one
 */
export function precompiledSeccomp(
  capabilities: readonly string[],
  machine: Machine,
  built: Precompiled | undefined = fromBuild(),
): CompiledSeccomp | undefined {
  if (built === undefined || !isSameSet(capabilities, built.capabilities)) return undefined
  return { program: Buffer.from(built.programs[machine], 'base64'), flags: built.flags }
}

const fromBuild = () =>
  typeof PRECOMPILED_SECCOMP === 'undefined' ? undefined : PRECOMPILED_SECCOMP

const isSameSet = (left: readonly string[], right: readonly string[]) =>
  left.length === right.length && left.every((name) => right.includes(name))
