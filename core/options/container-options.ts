// SPDX-License-Identifier: Apache-2.0
import { mergeCapabilities } from './capability-layers.ts'

/**
 * What is asked of a container, in the words of the command line: by `from` for all that runs in
 * it, by `run` for one program, by `build` for its RUN steps. What the words mean is read where
 * they are used; absent is "not said".
 */
export interface ContainerOptions {
  /** `oci`, `rootless` or `chroot`. */
  readonly isolation?: string
  /** Of `oci`: name or path of an OCI runtime, and flags for it, without their dashes. */
  readonly runtime?: string
  readonly runtimeFlag?: readonly string[]

  /** `private`, `host`, `ns:PATH` or `container:NAME`. */
  readonly pid?: string
  readonly ipc?: string
  readonly uts?: string
  readonly cgroupns?: string
  readonly userns?: string
  /** CONTAINER:HOST:SIZE. */
  readonly usernsUidMap?: readonly string[]
  readonly usernsGidMap?: readonly string[]
  /** Whose lines of /etc/subuid and /etc/subgid are mapped. */
  readonly usernsUidMapUser?: string
  readonly usernsGidMapGroup?: string

  /** `none`, `host`, `private`, `ns:PATH`, `slirp4netns[:…]`, `pasta[:…]`, or a network's name. */
  readonly network?: readonly string[]
  /** NAME:ADDRESS. */
  readonly addHost?: readonly string[]
  readonly dns?: readonly string[]
  readonly dnsSearch?: readonly string[]
  readonly dnsOption?: readonly string[]
  readonly noHosts?: boolean
  readonly noHostname?: boolean

  /** SOURCE:DESTINATION[:OPTIONS]. */
  readonly volume?: readonly string[]
  /** type=…,source=…,destination=…. */
  readonly mount?: readonly string[]
  /** Instead of the host's mounts.conf. */
  readonly defaultMountsFile?: string
  readonly device?: readonly string[]
  readonly shmSize?: string

  readonly capAdd?: readonly string[]
  readonly capDrop?: readonly string[]
  readonly securityOpt?: readonly string[]
  readonly ulimit?: readonly string[]
  readonly groupAdd?: readonly string[]
  readonly httpProxy?: boolean

  readonly memory?: string
  readonly memorySwap?: string
  readonly cpuPeriod?: string
  readonly cpuQuota?: string
  readonly cpuShares?: string
  readonly cpusetCpus?: string
  readonly cpusetMems?: string
  readonly pidsLimit?: string
  readonly cgroupParent?: string

  readonly hooksDir?: readonly string[]
}

type Name = keyof ContainerOptions
type Kind<Value> = Value extends boolean ? 'flag' : Value extends string ? 'text' : 'list'

/** The names of all options, and what their values are. */
export const optionKinds: { readonly [K in Name]-?: Kind<NonNullable<ContainerOptions[K]>> } = {
  isolation: 'text',
  runtime: 'text',
  runtimeFlag: 'list',
  pid: 'text',
  ipc: 'text',
  uts: 'text',
  cgroupns: 'text',
  userns: 'text',
  usernsUidMap: 'list',
  usernsGidMap: 'list',
  usernsUidMapUser: 'text',
  usernsGidMapGroup: 'text',
  network: 'list',
  addHost: 'list',
  dns: 'list',
  dnsSearch: 'list',
  dnsOption: 'list',
  noHosts: 'flag',
  noHostname: 'flag',
  volume: 'list',
  mount: 'list',
  defaultMountsFile: 'text',
  device: 'list',
  shmSize: 'text',
  capAdd: 'list',
  capDrop: 'list',
  securityOpt: 'list',
  ulimit: 'list',
  groupAdd: 'list',
  httpProxy: 'flag',
  memory: 'text',
  memorySwap: 'text',
  cpuPeriod: 'text',
  cpuQuota: 'text',
  cpuShares: 'text',
  cpusetCpus: 'text',
  cpusetMems: 'text',
  pidsLimit: 'text',
  cgroupParent: 'text',
  hooksDir: 'list',
}

/** Of these lists a later layer's takes the place of an earlier one's: they name one choice. */
const replaced: ReadonlySet<string> = new Set<Name>([
  'network',
  'dns',
  'dnsSearch',
  'dnsOption',
  'usernsUidMap',
  'usernsGidMap',
  'hooksDir',
])

/** Several layers as one, the weakest first: lists add up, and of single values the last counts. */
export const mergeOptions = (...layers: readonly ContainerOptions[]): ContainerOptions =>
  layers.reduce(mergeTwo, {})

function mergeTwo(earlier: ContainerOptions, later: ContainerOptions): ContainerOptions {
  const merged: Record<string, unknown> = { ...earlier }
  for (const [name, value] of Object.entries(later)) {
    const before = merged[name]
    const adds = Array.isArray(before) && Array.isArray(value) && !replaced.has(name)
    merged[name] = adds ? [...before, ...value] : (value ?? before)
  }
  const { capAdd: _add, capDrop: _drop, ...others } = merged
  return { ...others, ...mergeCapabilities(earlier, later) }
}

/** Whether a value read from a file has the form of options. */
export function areContainerOptions(value: unknown): value is ContainerOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(([name, found]) => {
    const kind = Object.hasOwn(optionKinds, name) ? optionKinds[name as Name] : undefined
    return kind !== undefined && isOfKind[kind](found)
  })
}

const isOfKind = {
  flag: (value: unknown) => typeof value === 'boolean',
  text: (value: unknown) => typeof value === 'string',
  list: (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
}
