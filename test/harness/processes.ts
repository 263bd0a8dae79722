// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly name: string
  /** R, S, D, Z …, as in proc(5). */
  readonly state: string
  /** In clock ticks since boot: tells a process from a later one with the same number. */
  readonly startTime: string
}

/** Every process in our PID namespace. One that ends while we look is left out. */
export function listProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
}

/** @see proc(5), /proc/PID/stat: the name is in parentheses and may hold any character */
export function readProcess(pid: number): Process | undefined {
  const stat = readProc(pid, 'stat')
  if (stat === undefined) return undefined
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  return {
    pid,
    name: stat.slice(stat.indexOf('(') + 1, end),
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    startTime: fields[19] ?? '',
  }
}

/** All processes below `pid`, parents before children. */
export function descendants(pid: number): Process[] {
  const all = listProcesses()
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)])
  return below(pid)
}

/** The arguments, or undefined when the process is gone. */
export const commandLine = (pid: number): string[] | undefined =>
  readProc(pid, 'cmdline')?.split('\0').slice(0, -1)

/** The value of a line of /proc/PID/status, such as `CapEff` or `Uid`. */
export function statusOf(pid: number, field: string): string | undefined {
  const status = readProc(pid, 'status') ?? ''
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1]
}

/** A file of /proc/PID, or undefined when the process is gone or not ours to look at. */
export function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

/** What names a namespace, as `user:[4026531837]`. */
export function namespaceOf(pid: number | 'self', kind: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`)
  } catch {
    return undefined
  }
}
