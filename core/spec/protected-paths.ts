// SPDX-License-Identifier: Apache-2.0
import { globTest } from '../copy/glob.ts'
import { UNMASK_ALL } from '../options/security.ts'

interface ProtectedPath {
  readonly path: string
  readonly reason: string
}

// The kernel keeps these per machine, not per namespace. buildah's and podman's lists, with what
// moby and containerd added since: /proc/interrupts and the thermal counters.
const masked: readonly ProtectedPath[] = [
  { path: '/proc/acpi', reason: 'switches of the hardware, writable for uid 0' },
  { path: '/proc/asound', reason: 'tells what the sound card plays: a channel between containers' },
  { path: '/proc/interrupts', reason: 'counts of keys and packets, fine enough to guess typing' },
  { path: '/proc/kcore', reason: 'the memory of the machine' },
  { path: '/proc/keys', reason: 'keyrings are not namespaced by name' },
  { path: '/proc/latency_stats', reason: 'what other processes wait for' },
  { path: '/proc/sched_debug', reason: 'names and timing of every process' },
  { path: '/proc/scsi', reason: 'takes commands that remove a disk' },
  { path: '/proc/timer_list', reason: 'addresses in the kernel, timers of every process' },
  { path: '/proc/timer_stats', reason: 'which process set which timer' },
  { path: '/sys/dev/block', reason: 'the disks of the machine' },
  { path: '/sys/devices/virtual/powercap', reason: 'energy counters reveal keys (Platypus)' },
  { path: '/sys/firmware', reason: 'ACPI tables and EFI variables' },
  { path: '/sys/fs/selinux', reason: 'the policy of the machine' },
]

const readonly: readonly ProtectedPath[] = [
  { path: '/proc/bus', reason: 'configuration space of the PCI devices' },
  { path: '/proc/fs', reason: 'tuning of the file systems' },
  { path: '/proc/irq', reason: 'which CPU serves which interrupt' },
  {
    path: '/proc/sys',
    reason: 'settings of the kernel; those of a namespace are set from outside',
  },
  { path: '/proc/sysrq-trigger', reason: 'reboots the machine' },
]

/** Bound for CPU numbers: NR_CPUS is 8192 at most. */
const maxCpus = 8192

/**
 * What a container must not read. Paths that do not exist on a machine are passed over by the
 * runtime.
 *
 * @param thermalCpus the CPUs that count thermal events, which show the load of neighbours; a list
 *   like `0-3,7` as in /sys/devices/system/cpu/possible, empty for none
 */
export function maskedPaths(thermalCpus: string): string[] {
  const counters = cpuNumbers(thermalCpus).map(
    (cpu) => `/sys/devices/system/cpu/cpu${cpu}/thermal_throttle`,
  )
  return [...masked.map(({ path }) => path), ...counters]
}

/** What a container may read but not write. */
export function readonlyPaths(): string[] {
  return readonly.map(({ path }) => path)
}

export interface PathChanges {
  /** Hidden in addition. */
  readonly mask: readonly string[]
  /** Patterns of paths that are left as they are, of the lists alone; `ALL` for every one. */
  readonly unmask: readonly string[]
}

/** The paths to hide and to make read-only when some of the usual ones are to be seen. */
export function protectedPaths(thermalCpus: string, { mask, unmask }: PathChanges) {
  const tests = unmask.map(pathTest)
  const isKept = (path: string) => !tests.some((test) => test(path))
  return {
    masked: [...new Set([...maskedPaths(thermalCpus).filter(isKept), ...mask])],
    readonly: readonlyPaths().filter(isKept),
  }
}

/** As podman has it: `*` does not reach over a slash. */
function pathTest(pattern: string): (path: string) => boolean {
  if (pattern === UNMASK_ALL) return () => true
  const tests = pattern
    .split('/')
    .map((part) => globTest(part) ?? ((name: string) => name === part))
  return (path) => {
    const parts = path.split('/')
    return parts.length === tests.length && parts.every((part, index) => tests[index]?.(part))
  }
}

function cpuNumbers(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*([0-9]{1,4})(?:-([0-9]{1,4}))?\s*$/.exec(part) ?? []
    const count = Math.min(Number(last) + 1, maxCpus) - Number(first)
    return Array.from({ length: Math.max(count || 0, 0) }, (_, index) => Number(first) + index)
  })
}
