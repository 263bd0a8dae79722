// SPDX-License-Identifier: Apache-2.0
import { type ExternalMonitor, externalMonitor } from './external-monitor.ts'
import { type Field, packList } from './fields.ts'
import type { Reply, Request, StdioMode } from './messages.ts'
import type { Op } from './ops.ts'
import { accepted, expect, unexpected } from './replies.ts'

export interface StartRequest {
  /** CLONE_NEW* bits of init: its pid namespace, and its user namespace where it gets one. */
  readonly cloneFlags: number
  /** Lines of uid_map and gid_map, user_namespaces(7); empty without a user namespace. */
  readonly uidMap: string
  readonly gidMap: string
  readonly setgroups: 'allow' | 'deny'
  readonly stdio: readonly [StdioMode, StdioMode, StdioMode]
  /** Said on stderr if the guard is killed while the program runs. */
  readonly lostNotice: string
  /** CLONE_NEWPID, or 0: then the guard ends what is left of the container process by process. */
  readonly guardFlags: number
  /** Namespaces that exist, entered before init is cloned. */
  readonly joins: readonly Join[]
}

/** A namespace by its path on the host. */
export interface Join {
  /** CLONE_NEW*, setns(2). */
  readonly cloneFlag: number
  readonly path: string
}

export interface HelperRequest {
  readonly name: string
  /** argv[0] is an absolute path. */
  readonly argv: readonly string[]
  readonly env: readonly string[]
  /** A user namespace that it enters first; empty for none. */
  readonly userns: string
  /** The file that is its stdin, opened with our rights. */
  readonly input: string
  /** Where it writes when it is ready; what it says elsewhere is kept: it may be a reason. */
  readonly readyFd: 1 | 3
  /** Said on stderr if it ends before the program does. */
  readonly endedNotice: string
}

/** A program of the host that the monitor runs when the container is gone. */
export interface AfterRequest {
  /** An absolute path. */
  readonly program: string
  readonly argv: readonly string[]
  /** All of its environment. */
  readonly env: readonly string[]
  /** What it reads on stdin. Its output goes to our stderr. */
  readonly input: Uint8Array
  /** Then its process group is killed; 0: never. */
  readonly timeoutMs: number
  /** Said on stderr; the reason follows the first, the status the second. */
  readonly notices: {
    readonly notStarted: string
    readonly failed: string
    readonly tookTooLong: string
  }
}

/** Who answers for a filter that does not decide by itself. @see seccomp_unotify(2) */
export interface SeccompAgent {
  /** Of a listening unix socket on the host. */
  readonly path: string
  /** What is sent with the listener: a container process state of the OCI runtime spec. */
  readonly state: string
}

/** How the program ended, wait(2), and what it and its children used. */
export type ProgramExit = Reply & { readonly name: 'exit' }

/** The files that `read-file` ops brought: content, or undefined when there is none to be had. */
export type Files = ReadonlyMap<string, Buffer | undefined>

/** What a monitor does for its one container, be it the launcher or a shim of our own. */
export interface ContainerMonitor {
  /** Starts guard and init; the pid of init on the host. */
  start(request: StartRequest): Promise<number>
  /**
   * Sends ops (and helpers to start beside them) and waits for both: `done`, or `ready` when
   * init stands at its gate.
   * @throws ShimError for an op that failed, HelperFailed for a helper
   */
  perform(ops: readonly Op[], helpers?: readonly HelperRequest[]): Promise<Files>
  /**
   * Has a program run when the container is gone, after those that were asked for before, whatever
   * ends it, unless the monitor itself is killed; the exit status stays the container's.
   * @throws ShimError of `after`: ENOSPC above 64 programs or 4 MiB
   */
  after(request: AfterRequest): Promise<void>
  /**
   * The monitor will not end, nor run what comes after the container, before `release`, or the end
   * of this process: something is still done for the container.
   */
  hold(): Promise<void>
  release(): void
  /**
   * Who gets the listener that a `seccomp-notify` op will make. Where that fails the op has a
   * ShimError of `seccomp-agent`, and init ends.
   */
  seccompAgent(agent: SeccompAgent): Promise<void>
  /** A file that is removed when the container has ended, if there is one by then. */
  unlinkAtEnd(path: string): Promise<void>
  /** Opens the gate; returns when the program runs. @throws ShimError when it cannot */
  run(): Promise<void>
  /** For a container that the commands of an OCI runtime make; in place of `start` and ops. */
  readonly external: ExternalMonitor
}

/** A helper ended before it was ready. */
export class HelperFailed extends Error {
  override readonly name = 'HelperFailed'
  /** Each bundle has a class of its own: what they have in common is the name. */
  static override [Symbol.hasInstance](value: unknown): value is HelperFailed {
    return value instanceof Error && value.name === 'HelperFailed'
  }

  readonly helper: string
  readonly status: number
  readonly output: string

  constructor(reply: Reply & { name: 'helper-failed' }) {
    super(`${reply.helper}: exit code ${reply.status}: ${reply.output.trim()}`)
    this.helper = reply.helper
    this.status = reply.status
    this.output = reply.output
  }
}

/** Either side's end of a conversation: replies are there at once, or come. */
export interface Conversation {
  send(fields: readonly Field[]): void
  receive(): Reply | Promise<Reply>
}

export function containerMonitor(channel: Conversation): ContainerMonitor {
  const request = async (message: Request) => {
    channel.send(message)
    return accepted(await channel.receive())
  }
  /** Helpers that have not said yet whether they are ready: an op may fail meanwhile. */
  const pending = { helpers: 0 }
  return {
    start: async (container) => expect(await request(startMessage(container)), 'pid').pid,
    perform: (ops, helpers = []) => perform(channel, pending, ops, helpers),
    after: async ({ program, argv, env, input, timeoutMs, notices }) => {
      const words = packList([notices.notStarted, notices.failed, notices.tookTooLong])
      const lists = [packList(argv), packList(env)] as const
      expect(await request(['after', program, ...lists, input, timeoutMs, words]), 'ok')
    },
    hold: async () => void expect(await request(['hold']), 'ok'),
    release: () => channel.send(['release'] satisfies Request), // `exit` may come at any time
    seccompAgent: async ({ path, state }) =>
      void expect(await request(['seccomp-agent', path, state]), 'ok'),
    unlinkAtEnd: async (path) => void expect(await request(['unlink-at-end', path]), 'ok'),
    run: async () => void expect(await request(['run']), 'started'),
    external: externalMonitor(request),
  }
}

function startMessage(container: StartRequest): Request {
  const { cloneFlags, uidMap, gidMap, setgroups, stdio, lostNotice, guardFlags } = container
  const joins = container.joins.flatMap(({ cloneFlag, path }) => [`${cloneFlag}`, path])
  const maps = [uidMap, gidMap, setgroups] as const
  return ['start', cloneFlags, ...maps, ...stdio, lostNotice, guardFlags, packList(joins)]
}

async function perform(
  channel: Conversation,
  pending: { helpers: number },
  ops: readonly Op[],
  helpers: readonly HelperRequest[],
): Promise<Files> {
  for (const helper of helpers) channel.send(helperMessage(helper))
  pending.helpers += helpers.length
  if (ops.length > 0) channel.send(['ops', ...ops.flat()])
  const files = new Map<string, Buffer | undefined>()
  for (let performed = ops.length === 0; !performed || pending.helpers > 0; ) {
    const reply = accepted(await channel.receive())
    if (reply.name === 'file') files.set(reply.path, reply.errno === 0 ? reply.content : undefined)
    else if (reply.name === 'done' || reply.name === 'ready') performed = true
    else if (reply.name === 'helper-ready') pending.helpers -= 1
    else if (reply.name === 'helper-failed') throw helperFailed(pending, reply)
    else throw unexpected(reply)
  }
  return files
}

function helperMessage(helper: HelperRequest): Request {
  const { name, argv, env, userns, input, readyFd, endedNotice } = helper
  return ['helper', name, packList(argv), packList(env), userns, input, readyFd, endedNotice]
}

function helperFailed(pending: { helpers: number }, reply: Reply & { name: 'helper-failed' }) {
  pending.helpers -= 1
  return new HelperFailed(reply)
}
