// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs'
import { everyCapability } from '../spec/capabilities.ts'
import type { HardLimits } from '../spec/rlimits.ts'

/** The text of a host's file, undefined where it cannot be read. */
export function hostFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

export const hasCgroupNamespaces = (): boolean => existsSync('/proc/self/ns/cgroup')

/** CPUs with thermal counters, as a list like `0-3`; empty on a machine without them. */
export function thermalCpus(): string {
  if (!existsSync('/sys/devices/system/cpu/cpu0/thermal_throttle')) return ''
  return hostFile('/sys/devices/system/cpu/present')?.trim() ?? ''
}

/**
 * The hard limits of this process; what cannot be read counts as unlimited.
 *
 * @param text of /proc/self/limits, proc(5)
 */
export function hardLimits(text = hostFile('/proc/self/limits') ?? ''): HardLimits {
  const limit = (name: string) => {
    const value = new RegExp(`^${name}\\s+\\S+\\s+(\\d+|unlimited)`, 'm').exec(text)?.[1]
    return value === undefined || value === 'unlimited' ? RLIM_INFINITY : BigInt(value)
  }
  return { nofile: limit('Max open files'), nproc: limit('Max processes') }
}

/**
 * The capabilities that a container can get, as bits: our bounding set. In a user namespace that
 * is all that the kernel knows.
 *
 * @param text of /proc/self/status, proc(5)
 */
export function boundingSet(text = hostFile('/proc/self/status') ?? ''): bigint {
  const digits = /^CapBnd:\s*([0-9a-f]+)$/m.exec(text)?.[1]
  return digits === undefined ? everyCapability : BigInt(`0x${digits}`)
}

const RLIM_INFINITY = 2n ** 64n - 1n
