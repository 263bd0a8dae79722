// SPDX-License-Identifier: Apache-2.0
import { commandLine, descendants, statusOf } from '../../harness/processes.ts'

/** The processes of a foreground `run`; `init` is the user's program once that runs. */
export type Role = 'launcher' | 'node' | 'guard' | 'init' | 'slirp4netns'
export const roles: readonly Role[] = ['launcher', 'node', 'guard', 'init', 'slirp4netns']

/** Pids by role; a process that is not there, or not yet itself, is left out. */
export type Cast = Readonly<Partial<Record<Role, number>>>

/**
 * Who is who below the command `pid`, told by parentage, program, and by how deep in PID
 * namespaces it lives: the guard one below the launcher, init one below the guard.
 */
export function castOf(pid: number): Cast {
  if (!isOurProgram(pid)) return {}
  const depth = depthOf(pid)
  const below = descendants(pid)
  const children = below.filter(({ parent }) => parent === pid)
  const guard = children.find((one) => depthOf(one.pid) === depth + 1)?.pid
  const ofGuard = below.filter(({ parent }) => parent === guard)
  return defined({
    launcher: pid,
    node: children.find((one) => commandLine(one.pid)?.[1]?.endsWith('main.cjs'))?.pid,
    guard,
    init: ofGuard.find((one) => depthOf(one.pid) === depth + 2)?.pid,
    slirp4netns: ofGuard.find((one) => commandLine(one.pid)?.[0]?.endsWith('/slirp4netns'))?.pid,
  })
}

/** In the beginning it is the program that changes the user, then npm's script, run by sh. */
const isOurProgram = (pid: number): boolean => commandLine(pid)?.[0]?.endsWith('/tsbuild') === true

const depthOf = (pid: number): number => statusOf(pid, 'NSpid')?.split(/\s+/).length ?? 0

const defined = (cast: Readonly<Record<Role, number | undefined>>): Cast =>
  Object.fromEntries(Object.entries(cast).filter(([, pid]) => pid !== undefined))
