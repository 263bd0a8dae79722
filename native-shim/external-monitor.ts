// SPDX-License-Identifier: Apache-2.0
import { packList } from './fields.ts'
import type { Reply, Request, StdioMode } from './messages.ts'
import { expect } from './replies.ts'

export interface GuardRequest {
  readonly stdio: readonly [StdioMode, StdioMode, StdioMode]
  /** Said on stderr if the guard is killed while the program runs. */
  readonly lostNotice: string
  /** CLONE_NEWPID, or 0 where the container is to share our pid namespace. */
  readonly guardFlags: number
}

export interface CommandRequest {
  readonly cwd: string
  /** argv[0] is an absolute path. */
  readonly argv: readonly string[]
  readonly env: readonly string[]
}

export interface CommandResult {
  /** Exit status, 128 + n for signal n. */
  readonly status: number
  /** As far as the monitor keeps them; empty where the command had the container's stdio. */
  readonly stdout: string
  readonly stderr: string
}

export interface LastRequest extends CommandRequest {
  readonly timeoutMs: number
  /** Said on stderr when it fails or takes too long, with the first line of its words. */
  readonly notice: string
}

/** What a monitor does where commands of others make the container. */
export interface ExternalMonitor {
  /** Starts a guard that has no init yet. */
  guard(request: GuardRequest): Promise<void>
  /** Listens at `path` for the master of the container's terminal. */
  consoleSocket(path: string): Promise<void>
  /**
   * Runs a command below the guard, where /proc numbers processes as the guard does.
   *
   * @param stdio `container`: what the container's init is to get; otherwise its output is kept
   * @throws ShimError of `command` when it cannot be started
   */
  command(request: CommandRequest, stdio: 'container' | 'null'): Promise<CommandResult>
  /**
   * Takes what the commands made for the container's init.
   *
   * @param pid as the commands number it
   * @returns its pid on the host
   * @throws ShimError of `adopt` when it is no child of theirs, of `console-socket` without a
   *   terminal where one is expected
   */
  adopt(pid: number): Promise<number>
  /** What is run when init has ended, once `run` was asked; the end is told after it. */
  last(request: LastRequest): Promise<void>
}

export function externalMonitor(request: (message: Request) => Promise<Reply>): ExternalMonitor {
  return {
    guard: async ({ stdio, lostNotice, guardFlags }) =>
      void expect(await request(['guard', ...stdio, lostNotice, guardFlags]), 'ok'),
    consoleSocket: async (path) => void expect(await request(['console-socket', path]), 'ok'),
    command: async ({ cwd, argv, env }, stdio) => {
      const reply = await request(['command', cwd, packList(argv), packList(env), stdio])
      const { status, stdout, stderr } = expect(reply, 'command-exit')
      return { status, stdout, stderr }
    },
    adopt: async (pid) => expect(await request(['adopt', pid]), 'pid').pid,
    last: async ({ cwd, argv, env, timeoutMs, notice }) => {
      const message = ['last', cwd, packList(argv), packList(env), timeoutMs, notice] as const
      expect(await request(message), 'ok')
    },
  }
}
