// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readlinkSync } from 'node:fs'
import type { Running } from '../../harness/child.ts'
import { commandLine, descendants, readProc } from '../../harness/processes.ts'
import { type Cast, castOf, type Role } from './roles.ts'
import { tracedIn } from './traces.ts'

/** A foreground run with TSBUILD_TRACE=all whose program says `one` and `two`, then sleeps. */
export interface Watched {
  readonly run: Running
  readonly cast: Cast
}

/** A point in the life of a run that can be seen from outside. */
export interface Moment {
  readonly name: string
  readonly reached: (watched: Watched) => boolean
}

const deadlineMs = 20_000

/**
 * Waits until the moment has come and whoever has the role is there. It looks without a pause:
 * the moments of a set-up are milliseconds apart.
 *
 * @returns its pid; undefined for Node when it is gone, as it is as soon as the program runs
 * @throws Error when neither happens, with what the run has said
 */
export async function momentOf(
  run: Running,
  role: Role,
  { name, reached }: Moment,
): Promise<number | undefined> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const watched = { run, cast: castOf(run.pid) }
    const victim = watched.cast[role]
    if (victim !== undefined && reached(watched)) return victim
    // Only Node goes by itself; another that is not seen was overlooked while it changed.
    if (role === 'node' && victim === undefined && settled.reached(watched)) return undefined
    if (performance.now() > end || run.child.exitCode !== null || run.child.signalCode !== null) {
      throw new Error(`no ${role} ${name}: ${run.stdout()}\n${run.stderr().slice(-2000)}`)
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const there = (role: Role): Moment => ({
  name: `when ${role} is there`,
  reached: ({ cast }) => cast[role] !== undefined,
})

const traced = (area: string, event: string, count = 1): Moment => ({
  name: `at trace ${area} ${event} ${count}`,
  reached: ({ run }) =>
    tracedIn(run.stderr()).filter((one) => one.area === area && one.event === event).length >=
    count,
})

const said = (word: string): Moment => ({
  name: `when the program has said ${word}`,
  reached: ({ run }) => run.stdout().includes(`${word}\n`),
})

const rights = traced('userns', 'rights')
const initTold = traced('shim', 'init')
const rootfs = traced('shim', 'ops')
const rest = traced('shim', 'ops', 2)

const threads: Moment = {
  name: 'when Node has threads',
  reached: ({ cast }) => cast.node !== undefined && threadsOf(cast.node) > 1,
}

const tap: Moment = {
  name: 'when the tap is there',
  reached: ({ cast }) => readProc(cast.init ?? 0, 'net/dev')?.includes('tap0') === true,
}

const address: Moment = {
  name: 'when the tap has its address',
  reached: ({ cast }) => readProc(cast.init ?? 0, 'net/fib_trie')?.includes('10.0.2.100') === true,
}

const held: Moment = {
  name: 'when slirp4netns holds the tap',
  reached: ({ cast }) => openFiles(cast.slirp4netns ?? 0).includes('/dev/net/tun'),
}

const program: Moment = {
  name: 'when the program is started',
  reached: ({ cast }) => /sleep 1000/.test(commandLine(cast.init ?? 0)?.join(' ') ?? ''),
}

const asleep: Moment = {
  name: 'when the program sleeps',
  reached: ({ run }) =>
    descendants(run.pid).some(({ pid }) => commandLine(pid)?.join(' ') === 'sleep 1000'),
}

export const settled: Moment = {
  name: 'when Node is gone',
  reached: (watched) => watched.cast.node === undefined && asleep.reached(watched),
}

const early = [rights, there('guard'), initTold, rootfs, rest]
const late = [said('one'), said('two'), asleep, settled]

/** Ten for each: from when it begins to when nothing changes any more. */
export const moments: Readonly<Record<Role, readonly Moment[]>> = {
  launcher: [
    there('launcher'),
    there('node'),
    ...early,
    there('slirp4netns'),
    said('one'),
    settled,
  ],
  node: [there('node'), threads, ...early, there('init'), there('slirp4netns'), address],
  guard: [there('guard'), there('init'), initTold, rootfs, rest, program, ...late],
  init: [there('init'), initTold, rootfs, rest, there('slirp4netns'), program, ...late],
  slirp4netns: [there('slirp4netns'), rest, tap, held, address, program, ...late],
}

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length
  } catch {
    return 0
  }
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  } catch {
    return [] // it is gone, or one was closed while we looked
  }
}
