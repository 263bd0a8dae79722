// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os'
import { Duplex } from 'node:stream'
import { packList } from './fields.ts'
import type { Request } from './messages.ts'
import { spawnShim } from './shim-process.ts'
import { streamChannel } from './stream-channel.ts'

/** A program of the host that does one thing and ends. */
export interface HostProgram {
  /** An absolute path. */
  readonly program: string
  readonly argv: readonly string[]
  /** All of its environment. */
  readonly env: readonly string[]
  readonly cwd: string
  /** Its descriptors: files, so that it can open them again, and nobody has to read or write. */
  readonly stdio: readonly [number, number, number]
  /** Then it is killed with its process group; 0: never. */
  readonly timeoutMs: number
}

/** Exit status, 128 + n for signal n, 127 and 126 where it could not be started. */
export interface HostProgramEnd {
  readonly status: number
  readonly timedOut: boolean
}

/**
 * Runs a program in a session of its own, to its end. If this process dies, so does the program:
 * it was a shim before, which sees to that. From the main thread only.
 *
 * @param launcher the launcher's program
 * @throws Error of node:child_process when the shim cannot be started
 */
export async function runHostProgram(
  launcher: string,
  { program, argv, env, cwd, stdio, timeoutMs }: HostProgram,
): Promise<HostProgramEnd> {
  const child = await spawnShim(launcher, { cwd, stdio })
  const control = child.stdio[3]
  if (!(control instanceof Duplex)) throw new TypeError('a shim without its socket')
  const exec: Request = ['exec', program, packList(argv), packList(env)]
  streamChannel(control).send(exec)
  control.resume() // its answer is what the program does
  const end = statusOf(child)
  const late = timeoutMs === 0 ? undefined : deadline(timeoutMs)
  try {
    const timedOut = (await Promise.race([end, late?.passed ?? end])) === 'passed'
    if (timedOut && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    return { status: await end, timedOut }
  } finally {
    late?.cancel()
    control.destroy()
  }
}

/** Listened for at once: it may end before anybody waits. */
const statusOf = (child: Awaited<ReturnType<typeof spawnShim>>): Promise<number> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })

function deadline(timeoutMs: number) {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<'passed'>((resolve) => {
    timer = setTimeout(() => resolve('passed'), timeoutMs)
  })
  return { passed, cancel: () => clearTimeout(timer) }
}
