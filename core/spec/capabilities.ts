// SPDX-License-Identifier: Apache-2.0
import { closest } from '../lib/closest.ts'
import { TsbuildError } from '../lib/errors.ts'
import { isAll } from '../options/capability-layers.ts'

/** Every capability and its bit, up to Linux 5.9, which added the last (linux/capability.h). */
export const capabilityNumbers = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_DAC_READ_SEARCH: 2,
  CAP_FOWNER: 3,
  CAP_FSETID: 4,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_SETPCAP: 8,
  CAP_LINUX_IMMUTABLE: 9,
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_BROADCAST: 11,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_IPC_LOCK: 14,
  CAP_IPC_OWNER: 15,
  CAP_SYS_MODULE: 16,
  CAP_SYS_RAWIO: 17,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_PACCT: 20,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_BOOT: 22,
  CAP_SYS_NICE: 23,
  CAP_SYS_RESOURCE: 24,
  CAP_SYS_TIME: 25,
  CAP_SYS_TTY_CONFIG: 26,
  CAP_MKNOD: 27,
  CAP_LEASE: 28,
  CAP_AUDIT_WRITE: 29,
  CAP_AUDIT_CONTROL: 30,
  CAP_SETFCAP: 31,
  CAP_MAC_OVERRIDE: 32,
  CAP_MAC_ADMIN: 33,
  CAP_SYSLOG: 34,
  CAP_WAKE_ALARM: 35,
  CAP_BLOCK_SUSPEND: 36,
  CAP_AUDIT_READ: 37,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
  CAP_CHECKPOINT_RESTORE: 40,
} as const
export type Capability = keyof typeof capabilityNumbers

/** What a container gets unless asked otherwise: buildah's set. */
export const defaultCapabilities = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_SETFCAP',
] as const satisfies readonly Capability[]

/** Whether a runtime spec's capability is one we know: the full name, as the kernel writes it. */
export function isCapability(name: string): name is Capability {
  return Object.hasOwn(capabilityNumbers, name)
}

/**
 * The capabilities as the bit set that capset(2) and /proc/PID/status use.
 *
 * @throws TsbuildError USAGE for an unknown name
 */
export function capabilityMask(names: Iterable<string>): bigint {
  let mask = 0n
  for (const name of names) mask |= 1n << BigInt(capabilityNumbers[namedCapability(name)])
  return mask
}

export interface CapabilityChoice {
  readonly base: readonly string[]
  /** Names in any case, with or without CAP_, or `all`. */
  readonly add: readonly string[]
  readonly drop: readonly string[]
  /** Bits of those that we can give at all. */
  readonly available: bigint
}

/**
 * The capabilities left of `base` after adding and dropping.
 *
 * A name that is dropped stays dropped whatever is added. Dropping `all` empties only the base, so
 * that `--cap-drop all --cap-add X` leaves X, as with docker and podman; no order of the options.
 *
 * Adding `all` adds what is available.
 *
 * @returns full names, by number
 * @throws TsbuildError USAGE for an unknown name, RUNTIME_FAILED to add one that is not available
 */
export function resolveCapabilities(choice: CapabilityChoice): Capability[] {
  const { base, add, drop, available } = choice
  const dropped = new Set(drop.filter((word) => !isAll(word)).map(namedCapability))
  const kept = drop.some(isAll) ? [] : base.map(namedCapability)
  const named = add.filter((word) => !isAll(word)).map(namedCapability)
  const wanted = new Set([...kept, ...named])
  const isThere = (name: Capability) => (available & (1n << BigInt(capabilityNumbers[name]))) !== 0n
  const missing = named.find((name) => !isThere(name) && !dropped.has(name))
  if (missing !== undefined) throw unavailable(missing)
  const isAdded = (name: Capability) => wanted.has(name) || (add.some(isAll) && isThere(name))
  return allCapabilities.filter((name) => isAdded(name) && !dropped.has(name))
}

const allCapabilities = Object.keys(capabilityNumbers).filter(isCapability)

/** Nothing is held back: of a namespace of its own root has all. */
export const everyCapability = (1n << BigInt(allCapabilities.length)) - 1n

const unavailable = (name: Capability) =>
  new TsbuildError('RUNTIME_FAILED', `cannot give the container ${name}: it is not there to give`, {
    hint: 'give it to the outer container, or use a newer kernel; "all" adds what there is',
  })

function namedCapability(word: string): Capability {
  const upper = word.toUpperCase()
  const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`
  if (isCapability(name)) return name
  const short = (full: string) => full.slice('CAP_'.length)
  const meant = closest(short(name), allCapabilities.map(short))
  throw new TsbuildError('USAGE', `unknown capability ${JSON.stringify(word)}`, {
    hint:
      meant === undefined
        ? 'capabilities(7) lists the names; CAP_ in front may be left out'
        : `did you mean "${meant}"? capabilities(7) lists the names`,
  })
}
