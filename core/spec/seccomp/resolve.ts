// SPDX-License-Identifier: Apache-2.0
import type { EngineProfile, EngineSyscall, Filter, KernelVersion } from './engine-profile.ts'
import type { LinuxSeccomp, Machine, SeccompArchitecture, SeccompSyscall } from './types.ts'
import { seccompArchitectures } from './types.ts'

/** What the rules of a profile ask about. */
export interface ProfileFacts {
  /** Of the bounding set: what a program of the container can ever get. */
  readonly capabilities: readonly string[]
  readonly machine: Machine
  /** As uname(2) has it: `6.1.0-13-amd64`. */
  readonly kernelRelease: string
}

/**
 * The profile as it is for one container on one machine.
 *
 * As in the container engines, each capability of `includes` must be there and none of `excludes`;
 * of the architectures the machine's own name must be among the included ones and not among the
 * excluded; a kernel of minKernel or newer is one that includes, or excludes.
 */
export function resolveProfile(profile: EngineProfile, facts: ProfileFacts): LinuxSeccomp {
  const { archMap, architectures, syscalls, ...rest } = profile
  const names = archMap.length > 0 ? mappedArchitectures(profile, facts) : architectures
  return {
    ...rest,
    ...(names !== undefined && names.length > 0 && { architectures: names }),
    syscalls: syscalls.filter((entry) => counts(entry, facts)).map(withoutFilters),
  }
}

const natives = {
  x64: { go: 'amd64', seccomp: 'SCMP_ARCH_X86_64' },
  arm64: { go: 'arm64', seccomp: 'SCMP_ARCH_AARCH64' },
} as const satisfies Record<Machine, { go: string; seccomp: SeccompArchitecture }>

/** What the machine's own architecture is mapped to; names that nobody knows say nothing here. */
function mappedArchitectures(
  { archMap }: EngineProfile,
  { machine }: ProfileFacts,
): SeccompArchitecture[] {
  const native = natives[machine].seccomp
  const mapping = archMap.find(({ architecture }) => architecture === native)
  const names = new Set(mapping && [native, ...mapping.subArchitectures])
  return seccompArchitectures.filter((name) => names.has(name))
}

function counts({ includes, excludes }: EngineSyscall, facts: ProfileFacts): boolean {
  const { capabilities, machine } = facts
  const { go } = natives[machine]
  const has = (name: string) => capabilities.includes(name)
  return (
    includes.caps.every(has) &&
    !excludes.caps.some(has) &&
    (includes.arches.length === 0 || includes.arches.includes(go)) &&
    !excludes.arches.includes(go) &&
    isNewEnough(includes, facts) !== false &&
    isNewEnough(excludes, facts) !== true
  )
}

/** Undefined where no kernel is named. */
function isNewEnough({ minKernel }: Filter, { kernelRelease }: ProfileFacts): boolean | undefined {
  if (minKernel === undefined) return undefined
  const kernel = kernelVersion(kernelRelease)
  return kernel.major === minKernel.major
    ? kernel.minor >= minKernel.minor
    : kernel.major > minKernel.major
}

function kernelVersion(release: string): KernelVersion {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10))
  return { major, minor }
}

const withoutFilters = ({ includes, excludes, ...entry }: EngineSyscall): SeccompSyscall => entry
