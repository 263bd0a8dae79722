// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs'
import { listProcesses, namespaceOf, readProc, readProcess } from '../harness/processes.ts'
import { until } from '../harness/until.ts'

/** By what a shim's processes are known: a word in the environment, their PID namespaces. */
export interface Traces {
  readonly mark: string
  /** Held open by these descriptors: the kernel gives a free number to the next namespace. */
  readonly pidNamespaces: Map<string, number>
}

/**
 * Notes the namespaces of a container by its init: its own and the guard's. Never the one that we
 * are in, where a container may live as well: what is noted is killed in the end.
 */
export function trace({ pidNamespaces }: Traces, init: number): void {
  for (const pid of [init, guardOf(init)]) {
    if (namespaceOf(pid, 'pid') === namespaceOf('self', 'pid')) continue
    const fd = openSync(`/proc/${pid}/ns/pid`, 'r')
    pidNamespaces.set(readlinkSync(`/proc/self/fd/${fd}`), fd)
  }
}

export function closeTraces({ pidNamespaces }: Traces): void {
  for (const fd of pidNamespaces.values()) closeSync(fd)
}

/** The guard is the parent of init. */
export function guardOf(init: number): number {
  const guard = readProcess(init)?.parent
  if (guard === undefined) throw new Error(`init ${init} is gone`)
  return guard
}

/** Processes of the shim that live, as `pid (name)`. */
export function survivors({ mark, pidNamespaces }: Traces): string[] {
  return listProcesses()
    .filter(({ state }) => state !== 'Z')
    .filter(
      ({ pid }) =>
        pidNamespaces.has(namespaceOf(pid, 'pid') ?? '') ||
        readProc(pid, 'environ')?.includes(mark) === true,
    )
    .map(({ pid, name, state }) => `process ${pid} (${name}) ${state}`)
}

const mountsBelow = (directory: string): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${directory}/`))

/** Processes and mounts that are there a second after all should be gone, as lines. */
export async function remains(traces: Traces, directory: string): Promise<string[]> {
  let found: string[] = []
  const nothing = () => {
    found = [...survivors(traces), ...mountsBelow(directory)]
    return found.length === 0
  }
  await until('nothing is left', nothing, 1000).catch(() => {})
  return found
}
