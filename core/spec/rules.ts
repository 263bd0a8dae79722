// SPDX-License-Identifier: Apache-2.0
import type { RuntimeSpec } from './schema.ts'

/** A rule that a spec of right types breaks: where (a JSON pointer), and what must hold there. */
export interface BrokenRule {
  readonly path: string
  readonly must: string
}

/**
 * The first rule between properties that the spec breaks.
 *
 * @returns undefined when all hold
 * @see OCI runtime-spec 1.2: "MUST generate an error" in config.md and config-linux.md
 */
export function brokenRule(spec: RuntimeSpec): BrokenRule | undefined {
  for (const rule of rules) {
    for (const broken of rule(spec)) return broken
  }
  return undefined
}

type Rule = (spec: RuntimeSpec) => Iterable<BrokenRule>

const rules: readonly Rule[] = [
  namespacesAreUnique,
  rlimitsAreUnique,
  settingsHaveTheirNamespace,
  devicesHaveNumbers,
  weightsAreGiven,
  rdmaLimitsAreGiven,
  unifiedNamesAreFiles,
  listenerHasAPath,
  errnoHasAnAction,
]

function* namespacesAreUnique({ linux }: RuntimeSpec) {
  const types = linux?.namespaces?.map(({ type }) => type)
  yield* repeated(types, '/linux/namespaces', 'list each type of namespace once')
}

function* rlimitsAreUnique({ process }: RuntimeSpec) {
  const types = process?.rlimits?.map(({ type }) => type)
  yield* repeated(types, '/process/rlimits', 'list each limit once')
}

function* repeated(names: readonly string[] = [], path: string, must: string) {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) yield { path: `${path}/${index}`, must: `must ${must}: ${name}` }
    seen.add(name)
  }
}

// Without a namespace of that type these settings would change the caller's.
function* settingsHaveTheirNamespace({ hostname, domainname, linux }: RuntimeSpec) {
  const settings = [
    { path: '/hostname', type: 'uts', isSet: hostname !== undefined && hostname !== '' },
    { path: '/domainname', type: 'uts', isSet: domainname !== undefined && domainname !== '' },
    { path: '/linux/uidMappings', type: 'user', isSet: isFilled(linux?.uidMappings) },
    { path: '/linux/gidMappings', type: 'user', isSet: isFilled(linux?.gidMappings) },
    { path: '/linux/timeOffsets', type: 'time', isSet: isFilled(linux?.timeOffsets) },
  ]
  const namespaces = new Set<string>(linux?.namespaces?.map(({ type }) => type))
  for (const { path, type, isSet } of settings) {
    if (!isSet || namespaces.has(type)) continue
    yield { path, must: `must come with a ${type} namespace in /linux/namespaces` }
  }
}

const isFilled = (value: object | undefined) => value !== undefined && Object.keys(value).length > 0

function* devicesHaveNumbers({ linux }: RuntimeSpec) {
  for (const [index, { type, major, minor }] of linux?.devices?.entries() ?? []) {
    if (type === 'p' || (major !== undefined && minor !== undefined)) continue
    yield { path: `/linux/devices/${index}`, must: 'must have major and minor' }
  }
}

function* weightsAreGiven({ linux }: RuntimeSpec) {
  const devices = linux?.resources?.blockIO?.weightDevice ?? []
  for (const [index, { weight, leafWeight }] of devices.entries()) {
    if (weight !== undefined || leafWeight !== undefined) continue
    const path = `/linux/resources/blockIO/weightDevice/${index}`
    yield { path, must: 'must have weight or leafWeight' }
  }
}

function* rdmaLimitsAreGiven({ linux }: RuntimeSpec) {
  const devices = Object.entries(linux?.resources?.rdma ?? {})
  for (const [name, { hcaHandles, hcaObjects }] of devices) {
    if (hcaHandles !== undefined || hcaObjects !== undefined) continue
    const path = `/linux/resources/rdma/${pointerPart(name)}`
    yield { path, must: 'must have hcaHandles or hcaObjects' }
  }
}

// A name with a slash would be written outside of the container's own cgroup.
function* unifiedNamesAreFiles({ linux }: RuntimeSpec) {
  for (const name of Object.keys(linux?.resources?.unified ?? {})) {
    if (name !== '' && name !== '.' && name !== '..' && !name.includes('/')) continue
    const path = `/linux/resources/unified/${pointerPart(name)}`
    yield { path, must: 'must be the name of a file in the cgroup' }
  }
}

function* listenerHasAPath({ linux }: RuntimeSpec) {
  const { listenerPath, listenerMetadata } = linux?.seccomp ?? {}
  if (listenerMetadata === undefined || listenerPath !== undefined) return
  yield { path: '/linux/seccomp/listenerMetadata', must: 'must come with listenerPath' }
}

function* errnoHasAnAction({ linux }: RuntimeSpec) {
  const { seccomp } = linux ?? {}
  if (seccomp === undefined) return
  const { defaultAction, defaultErrnoRet, syscalls = [] } = seccomp
  const must = 'must come with an action that returns an errno: SCMP_ACT_ERRNO, SCMP_ACT_TRACE'
  if (defaultErrnoRet !== undefined && !returnsErrno(defaultAction)) {
    yield { path: '/linux/seccomp/defaultErrnoRet', must }
  }
  for (const [index, { action, errnoRet }] of syscalls.entries()) {
    if (errnoRet === undefined || returnsErrno(action)) continue
    yield { path: `/linux/seccomp/syscalls/${index}/errnoRet`, must }
  }
}

const returnsErrno = (action: string) => action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'

/** One step of a JSON pointer (RFC 6901, section 3). */
const pointerPart = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
