// SPDX-License-Identifier: Apache-2.0
import { errnoNumber } from '../errno.ts'
import { returnValue } from './actions.ts'
import { flagBit } from './flags.ts'
import { type Place, place } from './place.ts'
import { readCondition } from './rules.ts'
import {
  type LinuxSeccomp,
  type SeccompArchitecture,
  type SeccompArgument,
  type SeccompFlag,
  type SeccompSyscall,
  seccompArchitectures,
} from './types.ts'

/**
 * A profile as container engines keep it in files: that of the OCI spec, and rules that hold for
 * some containers and machines only.
 *
 * @see containers-common, seccomp.json(5); moby, profiles/seccomp
 */
export interface EngineProfile extends Omit<LinuxSeccomp, 'syscalls'> {
  readonly archMap: readonly ArchMapping[]
  readonly syscalls: readonly EngineSyscall[]
}

export interface ArchMapping {
  readonly architecture: string
  readonly subArchitectures: readonly string[]
}

export interface EngineSyscall extends SeccompSyscall {
  readonly includes: Filter
  readonly excludes: Filter
}

/** Of what a container is; what is empty is not asked. */
export interface Filter {
  readonly caps: readonly string[]
  /** By the names of Go: amd64, arm64 … */
  readonly arches: readonly string[]
  readonly minKernel: KernelVersion | undefined
}

export interface KernelVersion {
  readonly major: number
  readonly minor: number
}

/**
 * The profile in a JSON value, every part of it checked, also those that will not count here. What
 * nobody knows is passed over: names of system calls, and properties.
 *
 * @param value as parseExactJson gives it
 * @throws TsbuildError SPEC_INVALID that names the place
 */
export function readEngineProfile(value: unknown): EngineProfile {
  const at = place(value)
  const defaultAction = at.get('defaultAction').text()
  const errno = errnoOf(at, { name: 'defaultErrno', number: 'defaultErrnoRet' })
  at.check(() => returnValue(defaultAction, errno))
  const architectures = at.list('architectures').map(architectureOf)
  const archMap = at.list('archMap').map(archMappingOf)
  if (architectures.length > 0 && archMap.length > 0)
    throw at.get('archMap').invalid('it and architectures are both given')
  return {
    defaultAction: defaultAction as LinuxSeccomp['defaultAction'], // returnValue knows it
    ...(errno !== undefined && { defaultErrnoRet: errno }),
    architectures,
    archMap,
    ...(at.get('flags').isGiven && { flags: at.list('flags').map(flagOf) }),
    ...listenerOf(at),
    syscalls: at.list('syscalls').map(syscallOf),
  }
}

function errnoOf(at: Place, keys: { name: string; number: string }): number | undefined {
  const name = at.get(keys.name).optionalText() ?? ''
  if (name === '') return at.get(keys.number).optionalNumber()
  const number = /^\d{1,9}$/.test(name) ? Number(name) : errnoNumber(name)
  if (number === undefined) throw at.get(keys.name).invalid(`unknown errno ${shown(name)}`)
  return number
}

function architectureOf(at: Place): SeccompArchitecture {
  const name = at.text()
  const known = seccompArchitectures.find((one) => one === name)
  if (known === undefined) throw at.invalid(`unknown architecture ${shown(name)}`)
  return known
}

/** Machines that we do not run on may have names that we do not know. */
const archMappingOf = (at: Place): ArchMapping => ({
  architecture: at.get('architecture').text(),
  subArchitectures: at.list('subArchitectures').map((one) => one.text()),
})

function flagOf(at: Place): SeccompFlag {
  const name = at.text()
  at.check(() => flagBit(name))
  return name as SeccompFlag // flagBit knows it
}

function listenerOf(at: Place): Pick<LinuxSeccomp, 'listenerPath' | 'listenerMetadata'> {
  const [path, metadata] = [at.get('listenerPath'), at.get('listenerMetadata')]
  const [listenerPath = '', listenerMetadata] = [path.optionalText(), metadata.optionalText()]
  if (listenerPath === '' && (listenerMetadata ?? '') !== '')
    throw metadata.invalid('given without listenerPath')
  if (listenerPath === '') return {}
  if (!listenerPath.startsWith('/')) throw path.invalid('it is no absolute path')
  return { listenerPath, ...(listenerMetadata !== undefined && { listenerMetadata }) }
}

function syscallOf(at: Place): EngineSyscall {
  const action = at.get('action').text()
  const errnoRet = errnoOf(at, { name: 'errno', number: 'errnoRet' })
  at.check(() => returnValue(action, errnoRet))
  return {
    names: namesOf(at),
    action: action as SeccompSyscall['action'], // returnValue knows it
    ...(errnoRet !== undefined && { errnoRet }),
    args: at.list('args').map(argumentOf),
    includes: filterOf(at.get('includes')),
    excludes: filterOf(at.get('excludes')),
  }
}

function argumentOf(at: Place): SeccompArgument {
  const argument = {
    index: at.get('index').number(),
    op: at.get('op').text() as SeccompArgument['op'],
    value: at.get('value').number(),
    ...(at.get('valueTwo').isGiven && { valueTwo: at.get('valueTwo').number() }),
  }
  at.check(() => readCondition(argument))
  return { ...argument, index: Number(argument.index) }
}

function namesOf(at: Place): readonly string[] {
  const names = at.list('names').map((one) => one.text())
  const name = at.get('name').optionalText() ?? ''
  if (name === '') return names
  if (names.length > 0) throw at.get('name').invalid('it and names are both given')
  return [name]
}

function filterOf(at: Place): Filter {
  if (!at.isGiven) return { caps: [], arches: [], minKernel: undefined }
  const texts = (key: string) => at.list(key).map((one) => one.text())
  return {
    caps: texts('caps'),
    arches: texts('arches'),
    minKernel: kernelOf(at.get('minKernel')),
  }
}

function kernelOf(at: Place): KernelVersion | undefined {
  const text = at.optionalText() ?? ''
  if (text === '') return undefined
  const [, major, minor] = /^(\d{1,4})\.(\d{1,4})$/.exec(text) ?? []
  if (major === undefined) throw at.invalid(`${shown(text)} is no version like "4.8"`)
  return { major: Number(major), minor: Number(minor) }
}

const shown = (text: string) => JSON.stringify(text)
