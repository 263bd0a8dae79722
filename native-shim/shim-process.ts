// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Duplex, type Readable } from 'node:stream'
import { type ContainerMonitor, containerMonitor, type ProgramExit } from './container-monitor.ts'
import { accepted, expect } from './replies.ts'
import { streamChannel } from './stream-channel.ts'

/** /dev/null, or ours. */
export type StepStdin = 'null' | 'inherit'

/** A monitor process of our own, for one container. */
export interface ShimProcess extends ContainerMonitor {
  readonly stdout: Readable
  readonly stderr: Readable
  /** Waits for the end of the program that `run` started. @throws ShimError of `monitor` */
  exit(): Promise<ProgramExit>
  /** Ends the container, if there is one, and the monitor. What was not read is lost. */
  hangUp(): void
  /** Resolves when the monitor is gone, and all processes of its container with it. */
  readonly ended: Promise<void>
}

/**
 * Starts a monitor; from the main thread only, whose death is what ends it. It has a session of
 * its own, so what is typed at our terminal reaches us alone, and no descriptor but its own four.
 *
 * @param program the launcher's, which has said hello: both sides speak the same protocol
 * @throws Error of node:child_process when it cannot be started
 */
export async function startShim(
  program: string,
  { stdin }: { readonly stdin: StepStdin } = { stdin: 'null' },
): Promise<ShimProcess> {
  const input = stdin === 'null' ? 'ignore' : 'inherit'
  return shimOf(await spawnShim(program, { cwd: '/', stdio: [input, 'pipe', 'pipe'] }))
}

export interface SpawnOptions {
  readonly cwd: string
  readonly stdio: readonly (number | 'ignore' | 'inherit' | 'pipe')[]
}

/** The process alone, with its control socket as descriptor 3. @throws as `startShim` does */
export async function spawnShim(
  program: string,
  { cwd, stdio }: SpawnOptions,
): Promise<ChildProcess> {
  const child = spawn(program, [], {
    argv0: 'tsbuild-shim',
    cwd,
    env: {},
    detached: true,
    stdio: [...stdio, 'pipe'],
  })
  if (child.pid === undefined) throw await failure(child)
  return child
}

function shimOf(child: ChildProcess): ShimProcess {
  const { stdout, stderr } = child
  const control = child.stdio[3]
  if (stdout === null || stderr === null || !(control instanceof Duplex))
    throw new TypeError('a shim without its sockets')
  const channel = streamChannel(control)
  return {
    ...containerMonitor(channel),
    stdout,
    stderr,
    exit: async () => expect(accepted(await channel.receive()), 'exit'),
    hangUp: () => [control, stdout, stderr].forEach((stream) => void stream.destroy()),
    ended: new Promise((resolve) => void child.once('exit', () => resolve())),
  }
}

/**
 * The program of the launcher, our parent: not the file that was installed, but the read-only
 * clone or sealed copy that it executes (seal.c), which a container cannot write to through
 * /proc/PID/exe (CVE-2019-5736). A magic link: what runs from it is on the clone's mount again.
 *
 * @param status of /proc/self/status: getppid(2) may number processes unlike this /proc
 * @see proc_pid_exe(5)
 */
export function launcherProgram(status = readFileSync('/proc/self/status', 'utf8')): string {
  const parent = /^PPid:\s*(\d+)$/m.exec(status)?.[1]
  return `/proc/${parent ?? '0'}/exe`
}

async function failure(child: ChildProcess): Promise<unknown> {
  const [error] = await once(child, 'spawn').catch((cause: unknown) => [cause])
  return error
}
