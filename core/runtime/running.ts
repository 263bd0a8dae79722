// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
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

/** What is noted of a container whose processes may outlive its guard and its monitor. */
export interface SharedRun {
  readonly container: string
  readonly monitor: ProcessIdentity
  /** Its mount namespace, as `mnt:[…]`. */
  readonly mounts: string
}

/** A note below the runroot: its name says most of it. */
export interface Note {
  readonly path: string
  readonly id: string
  readonly init: ProcessIdentity
  readonly isShared: boolean
}

/**
 * Notes a container that is about to run, so that others can join its namespaces; the monitor
 * removes the note in the end.
 *
 * @param container undefined where the kernel ends all of it with its guard
 */
export async function noteRun(
  { paths }: Pick<Context, 'paths'>,
  monitor: ContainerMonitor,
  { id, pid, container }: { id: string; pid: number; container: string | undefined },
): Promise<void> {
  const folder = notesFolder(paths.runroot)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const suffix = container === undefined ? '' : SHARED
  const path = `${folder}/${id}.${pid}.${statOf(pid)?.startTime ?? '0'}${suffix}`
  await monitor.unlinkAtEnd(path)
  writeFileSync(path, container === undefined ? '' : JSON.stringify(sharedRun(pid, container)))
}

const SHARED = '.shared'
const notesFolder = (runroot: string) => `${runroot}/running`

/** The monitor of a container, by the pid of its init. */
export function monitorOf(init: number): ProcessIdentity {
  const guard = statOf(init)?.parent ?? 0
  const pid = statOf(guard)?.parent ?? 0
  return { pid, startTime: statOf(pid)?.startTime ?? '0' }
}

function sharedRun(init: number, container: string): SharedRun {
  return {
    container,
    monitor: monitorOf(init),
    mounts: readlinkSync(`/proc/${init}/ns/mnt`),
  }
}

/** All notes; those of processes that are gone are removed, unless something else may be left. */
export function listNotes(runroot: string): Note[] {
  const notes = namesIn(notesFolder(runroot)).flatMap((name) => {
    const [, id, pid, startTime, shared] =
      /^([0-9a-f]{64})\.(\d+)\.(\d+)(\.shared)?$/.exec(name) ?? []
    if (id === undefined || startTime === undefined) return []
    const path = `${notesFolder(runroot)}/${name}`
    const isShared = shared !== undefined
    return [{ path, id, init: { pid: Number(pid), startTime }, isShared }]
  })
  return notes.filter(({ init, path, isShared }) => {
    if (isShared || isAlive(init)) return true
    rmSync(path, { force: true })
    return false
  })
}

/** What a note of a shared run says; undefined when it is gone, or was never finished. */
export function readSharedRun({ path }: Note): SharedRun | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

export const isAlive = ({ pid, startTime }: ProcessIdentity): boolean =>
  statOf(pid)?.startTime === startTime

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

/** @see proc_pid_stat(5): the name may hold anything, so fields are counted from its last `)` */
function statOf(pid: number): { parent: number; startTime: string } | undefined {
  const stat = hostFile(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, parent] = fields ?? []
  const startTime = fields?.[19]
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined
  return { parent: Number(parent), startTime }
}
