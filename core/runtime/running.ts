// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import type { ContainerMonitor } from '../../native-shim/container-monitor.ts'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { hostFile } from './host.ts'

/** A process: no later one has its number and its start time. */
export interface ProcessIdentity {
  readonly pid: number
  /** In clock ticks since boot, proc_pid_stat(5). */
  readonly startTime: string
}

/** What is noted of a container whose processes may outlive both its guard and its monitor. */
export interface SharedRun {
  readonly container: string
  readonly monitor: ProcessIdentity
  /** Its mount namespace, as `mnt:[…]`. */
  readonly mounts: string
}

/**
 * Notes below the runroot that such a container is about to run; the monitor removes the note in
 * the end.
 *
 * @param request.pid of its init
 */
export async function noteSharedRun(
  { paths }: Pick<Context, 'paths'>,
  monitor: ContainerMonitor,
  { id, pid, container }: { id: string; pid: number; container: string },
): Promise<void> {
  const folder = notesFolder(paths.runroot)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = `${folder}/${id}`
  await monitor.unlinkAtEnd(path)
  const run: SharedRun = {
    container,
    monitor: monitorOf(pid),
    mounts: readlinkSync(`/proc/${pid}/ns/mnt`),
  }
  writeFileSync(path, JSON.stringify(run), { mode: 0o600 })
}

const notesFolder = (runroot: string) => `${runroot}/shared`

/** The monitor of a container, by the pid of its init. */
export function monitorOf(init: number): ProcessIdentity {
  const guard = statOf(init)?.parent ?? 0
  const pid = statOf(guard)?.parent ?? 0
  return { pid, startTime: statOf(pid)?.startTime ?? '' }
}

/** The paths of all notes. */
export function listNotes(runroot: string): string[] {
  const folder = notesFolder(runroot)
  try {
    return readdirSync(folder).map((name) => `${folder}/${name}`)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return []
    throw error
  }
}

/** What a note says; undefined when it is gone, or was never finished. */
export function readNote(path: string): SharedRun | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

export const isAlive = ({ pid, startTime }: ProcessIdentity): boolean =>
  statOf(pid)?.startTime === startTime

/** @see proc_pid_stat(5): the name may hold anything, so fields are counted from its last `)` */
function statOf(pid: number): { parent: number; startTime: string } | undefined {
  const stat = hostFile(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, parent] = fields ?? []
  const startTime = fields?.[19]
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined
  return { parent: Number(parent), startTime }
}
