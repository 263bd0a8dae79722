// SPDX-License-Identifier: Apache-2.0
import { commandLine, descendants, statusOf } from '../../harness/processes.ts'

/** The processes of a step; `init` is the user's program once that runs. */
export type StepRole = 'launcher' | 'node' | 'shim' | 'guard' | 'init'
export const stepRoles: readonly StepRole[] = ['launcher', 'node', 'shim', 'guard', 'init']

/** Pids by role below the command `pid`; a process that is not there is left out. */
export function stepCastOf(pid: number): Readonly<Partial<Record<StepRole, number>>> {
  if (commandLine(pid)?.[0]?.endsWith('/tsbuild') !== true) return {}
  const below = descendants(pid)
  const depth = depthOf(pid)
  const childOf = (parent: number | undefined, isIt: (child: number) => boolean) =>
    below.find((one) => one.parent === parent && isIt(one.pid))?.pid
  const node = childOf(pid, (child) => commandLine(child)?.[1]?.endsWith('main.cjs') === true)
  const shim = childOf(node, (child) => commandLine(child)?.[0] === 'tsbuild-shim')
  const guard = childOf(shim, (child) => depthOf(child) === depth + 1)
  const init = childOf(guard, (child) => depthOf(child) === depth + 2)
  const cast = Object.entries({ launcher: pid, node, shim, guard, init })
  return Object.fromEntries(cast.filter(([, one]) => one !== undefined))
}

/** How many PID namespaces it lives in. */
const depthOf = (pid: number): number => statusOf(pid, 'NSpid')?.split(/\s+/).length ?? 0
