// SPDX-License-Identifier: Apache-2.0
import type { Channel } from './channel.ts'
import { type ContainerMonitor, containerMonitor, type ProgramExit } from './container-monitor.ts'
import { packList } from './fields.ts'
import type { Request } from './messages.ts'
import { PROTOCOL } from './ops.ts'
import { accepted, expect } from './replies.ts'

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

/** The launcher behind descriptor 3, which does what Node cannot: locks, mounts, processes. */
export interface Monitor extends ContainerMonitor {
  /** Waits for the lock `path`, made with mode 0600 if missing; held until release() or our end. */
  lock(path: string, mode: LockMode): Lock
  /** The same without waiting: a lock held elsewhere is answered with who holds it. */
  tryLock(path: string, mode: LockMode): Lock | Busy
  /** mount(2) in the mount namespace that we share with the monitor; gone when we are. */
  mount(request: MountRequest): void
  unmount(path: string): void
  /** Before `run`: we stay, and so does the monitor when the program has ended. */
  follow(): void
  /** Waits, with all else standing still, for the end of the program; after `run`. */
  exit(): ProgramExit
  /** The monitor becomes this program as soon as we end. */
  exec(program: string, argv: readonly string[], env: readonly string[]): void
}

/** @throws RangeError if the two sides speak different versions of the protocol */
export function connectMonitor(channel: Channel): Monitor {
  const request = (message: Request) => {
    channel.send(message)
    return accepted(channel.receive())
  }
  const hello = expect(request(['hello', PROTOCOL]), 'hello')
  if (hello.protocol !== PROTOCOL)
    throw new RangeError(`the launcher speaks ${hello.protocol}, this is ${PROTOCOL}`)

  const lock = (path: string, mode: LockMode, wait: 'wait' | 'try'): Lock | Busy => {
    const reply = request(['lock', path, mode, wait])
    if (reply.name === 'busy') return { holder: reply.holder }
    const { handle } = expect(reply, 'locked')
    return { path, release: () => void expect(request(['unlock', handle]), 'ok') }
  }

  return {
    ...containerMonitor(channel),
    lock: (path, mode) => {
      const taken = lock(path, mode, 'wait')
      if ('holder' in taken) throw new RangeError('the monitor did not wait for a lock')
      return taken
    },
    tryLock: (path, mode) => lock(path, mode, 'try'),
    mount: ({ cwd, source, target, type, flags, data }) =>
      void expect(request(['mount', cwd, source, target, type, flags, data]), 'ok'),
    unmount: (path) => void expect(request(['unmount', path]), 'ok'),
    follow: () => void expect(request(['follow']), 'ok'),
    exit: () => expect(accepted(channel.receive()), 'exit'),
    exec: (program, argv, env) =>
      void expect(request(['exec', program, packList(argv), packList(env)]), 'ok'),
  }
}
