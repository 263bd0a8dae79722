// SPDX-License-Identifier: Apache-2.0
import type { Channel } from './channel.ts'
import { packList } from './fields.ts'
import type { Reply, Request, StdioMode } from './messages.ts'
import { type Op, PROTOCOL } from './ops.ts'
import { ShimError } from './shim-error.ts'

export interface Lock {
  readonly path: string
  release(): void
}

/** Somebody else holds the lock: a pid, 0 if unknown. */
export interface Busy {
  readonly holder: number
}

export type LockMode = 'exclusive' | 'shared'

export interface MountRequest {
  /** Relative names in `source` and `data` start here. */
  readonly cwd: string
  readonly source: string
  readonly target: string
  readonly type: string
  /** MS_* bits, mount(2). */
  readonly flags: number
  readonly data: string
}

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
}

export interface HelperRequest {
  readonly name: string
  /** argv[0] is an absolute path; descriptor 3 is where it says that it is ready. */
  readonly argv: readonly string[]
  readonly env: readonly string[]
  /** Said on stderr if it ends before the program does. */
  readonly endedNotice: string
}

/** The files that `read-file` ops brought: content, or undefined when there is none to be had. */
export type Files = ReadonlyMap<string, Buffer | undefined>

/** The launcher behind descriptor 3, which does what Node cannot: locks, mounts, processes. */
export interface Monitor {
  /** Waits for the lock `path`, made with mode 0600 if missing; held until release() or our end. */
  lock(path: string, mode: LockMode): Lock
  /** The same without waiting: a lock held elsewhere is answered with who holds it. */
  tryLock(path: string, mode: LockMode): Lock | Busy
  /** mount(2) in the mount namespace that we share with the monitor; gone when we are. */
  mount(request: MountRequest): void
  unmount(path: string): void
  /** Starts guard and init; the pid of init on the host. */
  start(request: StartRequest): number
  /**
   * Sends ops (and helpers to start beside them) and waits for both: `done`, or `ready` when
   * init stands at its gate.
   * @throws ShimError for an op that failed, HelperFailed for a helper
   */
  perform(ops: readonly Op[], helpers?: readonly HelperRequest[]): Files
  /** Opens the gate; returns when the program runs. @throws ShimError when it cannot */
  run(): void
  /** The monitor becomes this program as soon as we end. */
  exec(program: string, argv: readonly string[], env: readonly string[]): void
}

/** A helper ended before it was ready. */
export class HelperFailed extends Error {
  override readonly name = 'HelperFailed'
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

/** @throws RangeError if the two sides speak different versions of the protocol */
export function connectMonitor(channel: Channel): Monitor {
  const request = (message: Request) => {
    channel.send(message)
    return receive(channel)
  }
  const hello = expect(request(['hello', PROTOCOL]), 'hello')
  if (hello.protocol !== PROTOCOL)
    throw new RangeError(`the launcher speaks ${hello.protocol}, this is ${PROTOCOL}`)

  /** Helpers that have not said yet whether they are ready: an op may fail meanwhile. */
  const pending = { helpers: 0 }

  const lock = (path: string, mode: LockMode, wait: 'wait' | 'try'): Lock | Busy => {
    const reply = request(['lock', path, mode, wait])
    if (reply.name === 'busy') return { holder: reply.holder }
    const { handle } = expect(reply, 'locked')
    return { path, release: () => void expect(request(['unlock', handle]), 'ok') }
  }

  return {
    lock: (path, mode) => {
      const taken = lock(path, mode, 'wait')
      if ('holder' in taken) throw new RangeError('the monitor did not wait for a lock')
      return taken
    },
    tryLock: (path, mode) => lock(path, mode, 'try'),
    mount: ({ cwd, source, target, type, flags, data }) =>
      void expect(request(['mount', cwd, source, target, type, flags, data]), 'ok'),
    unmount: (path) => void expect(request(['unmount', path]), 'ok'),
    start: ({ cloneFlags, uidMap, gidMap, setgroups, stdio, lostNotice }) =>
      expect(request(['start', cloneFlags, uidMap, gidMap, setgroups, ...stdio, lostNotice]), 'pid')
        .pid,
    perform: (ops, helpers = []) => perform(channel, pending, ops, helpers),
    run: () => void expect(request(['run']), 'started'),
    exec: (program, argv, env) =>
      void expect(request(['exec', program, packList(argv), packList(env)]), 'ok'),
  }
}

function perform(
  channel: Channel,
  pending: { helpers: number },
  ops: readonly Op[],
  helpers: readonly HelperRequest[],
): Files {
  for (const { name, argv, env, endedNotice } of helpers)
    channel.send(['helper', name, packList(argv), packList(env), endedNotice] satisfies Request)
  pending.helpers += helpers.length
  if (ops.length > 0) channel.send(['ops', ...ops.flat()])
  const files = new Map<string, Buffer | undefined>()
  for (let performed = ops.length === 0; !performed || pending.helpers > 0; ) {
    const reply = receive(channel)
    if (reply.name === 'file') files.set(reply.path, reply.errno === 0 ? reply.content : undefined)
    else if (reply.name === 'done' || reply.name === 'ready') performed = true
    else if (reply.name === 'helper-ready') pending.helpers -= 1
    else if (reply.name === 'helper-failed') throw helperFailed(pending, reply)
    else throw unexpected(reply)
  }
  return files
}

function helperFailed(pending: { helpers: number }, reply: Reply & { name: 'helper-failed' }) {
  pending.helpers -= 1
  return new HelperFailed(reply)
}

function receive(channel: Channel): Reply {
  const reply = channel.receive()
  if (reply.name === 'error') throw new ShimError(reply)
  return reply
}

function expect<Name extends Reply['name']>(
  reply: Reply,
  name: Name,
): Extract<Reply, { name: Name }> {
  if (reply.name !== name) throw unexpected(reply, name)
  return reply as Extract<Reply, { name: Name }>
}

const unexpected = (reply: Reply, wanted = 'an answer to ops') =>
  new RangeError(`expected ${wanted}, got ${JSON.stringify(reply)}`)
