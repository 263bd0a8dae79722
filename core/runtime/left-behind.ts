// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readlinkSync, rmSync } from 'node:fs'
import type { Context } from '../context.ts'
import { isAlive, listNotes, readNote, type SharedRun } from './running.ts'

/**
 * Tells, once, of processes that outlived a killed run: where a container shares a pid namespace
 * and both its monitor and its guard were killed, nobody was there to end them.
 */
export function reportLeftBehind(context: Pick<Context, 'paths' | 'rights' | 'warn'>): void {
  for (const note of listNotes(context.paths.runroot)) {
    const run = readNote(note)
    if (run !== undefined && !isAlive(run.monitor)) report(context, note, run)
  }
}

function report(
  { rights, warn }: Pick<Context, 'rights' | 'warn'>,
  note: string,
  { container, mounts }: SharedRun,
): void {
  // From a user namespace of our own we do not see into another one, even if it is the same user's.
  if (rights.entered && rights.rung > 1) {
    warn(
      `a run in container ${container} was killed, and what it started may still be there: ` +
        '"tsbuild containers" tells',
    )
    return
  }
  const pids = processesIn(mounts)
  if (pids.length > 0) {
    const list = pids.join(' ')
    warn(
      `a run in container ${container} was killed and left processes behind: ${list}; ` +
        `end them before the container is used again: kill -9 ${list}`,
    )
  }
  rmSync(note, { force: true })
}

/** The processes of a mount namespace, `mnt:[…]`. */
function processesIn(mounts: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => mountsOf(pid) === mounts)
}

function mountsOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined // it ended, or is another user's
  }
}
