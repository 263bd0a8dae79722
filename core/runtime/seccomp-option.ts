// SPDX-License-Identifier: Apache-2.0
import { release } from 'node:os'
import { type ErrorContext, TsbuildError } from '../lib/errors.ts'
import type { CompiledSeccomp } from '../spec/seccomp/compile.ts'
import { precompiledSeccomp } from '../spec/seccomp/precompiled.ts'
import type { LinuxSeccomp, Machine } from '../spec/seccomp/types.ts'
import { seccompCache } from './seccomp-cache.ts'
import { findDefaultProfile, type ProfileFile, readProfileFile } from './seccomp-file.ts'

/** The filter of a run: what the spec says, and what init loads. */
export interface SeccompFilter {
  /** Left out where nobody looks at the spec and the program is there already. */
  readonly profile: LinuxSeccomp | undefined
  readonly program: CompiledSeccomp | undefined
}

export interface SeccompRequest {
  /** `default`, `unconfined`, or the path of a profile. */
  readonly option: string
  /** The bounding set. */
  readonly capabilities: readonly string[]
  readonly machine: Machine
  /** Whether the spec is to be shown. */
  readonly wantsProfile: boolean
}

/** Where things lie. */
export interface SeccompPlaces {
  /** Of the store: compiled profiles are kept there. */
  readonly root: string
  /** Profiles for all containers that ask for none; the first that is there. */
  readonly defaults?: readonly string[]
}

/**
 * What `--security-opt seccomp=…` asks for. Without it the machine's profile counts, as for the
 * other container tools, and where there is none our own.
 *
 * Our own comes ready from the build, and others are compiled once; compiler and tables are
 * loaded only for that.
 *
 * @throws TsbuildError SPEC_INVALID for a file that is no profile
 */
export async function seccompFilter(
  request: SeccompRequest,
  places: SeccompPlaces,
): Promise<SeccompFilter> {
  const { option } = request
  if (option === 'unconfined') return { profile: undefined, program: undefined }
  const file = option === 'default' ? findDefaultProfile(places.defaults) : readProfileFile(option)
  return file === undefined ? ownFilter(request) : fileFilter(request, file, places.root)
}

async function ownFilter(request: SeccompRequest): Promise<SeccompFilter> {
  const { capabilities, machine, wantsProfile } = request
  const ready = precompiledSeccomp(capabilities, machine)
  if (ready !== undefined && !wantsProfile) return { profile: undefined, program: ready }
  const { compileSeccomp, defaultSeccomp } = await import('../spec/seccomp/seccomp-main.ts')
  const profile = defaultSeccomp({ capabilities, arch: machine })
  return { profile, program: ready ?? compileSeccomp(profile, machine) }
}

async function fileFilter(
  { capabilities, machine, wantsProfile }: SeccompRequest,
  { path, text }: ProfileFile,
  root: string,
): Promise<SeccompFilter> {
  const kernelRelease = release()
  const cache = seccompCache(root)
  const facts = [path, machine, kernelRelease, ...[...capabilities].sort()].join('\n')
  const ready = wantsProfile ? undefined : cache.find({ facts, text })
  if (ready !== undefined) return { profile: undefined, program: ready }
  const { loadProfile } = await import('../spec/seccomp/seccomp-main.ts')
  const { profile, program } = explained(path, () =>
    loadProfile(text.toString(), { capabilities, machine, kernelRelease }),
  )
  // Who is asked about calls is told in the profile, which the file does not keep.
  if (profile.listenerPath === undefined) cache.add({ facts, text }, program)
  return { profile, program }
}

/** What is wrong with a profile, with the name of its file. */
function explained<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw new TsbuildError('SPEC_INVALID', `cannot use the seccomp profile ${path}`, reason(error))
  }
}

/** Not told by its class: what is thrown in another bundle has a class of that bundle. */
function reason(error: unknown): ErrorContext {
  if (!(error instanceof Error)) return { cause: error, hint: form }
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : form
  return { cause: error.cause ?? error, hint }
}

const form =
  'it is a JSON file like /usr/share/containers/seccomp.json, or linux.seccomp of an OCI runtime ' +
  'spec; --security-opt seccomp=unconfined goes without'
