// SPDX-License-Identifier: Apache-2.0

/** How the container's stdin, stdout or stderr comes about. */
export type StdioMode = 'inherit' | 'pipe' | 'null'

/**
 * What TypeScript asks of the monitor: name, then arguments in the order of monitor_request.c.
 * `ops` is apart: an op list of any length, handed on to init as it is.
 */
export type Request =
  | readonly ['hello', protocol: string]
  | readonly ['lock', path: string, mode: 'exclusive' | 'shared', wait: 'wait' | 'try']
  | readonly ['unlock', handle: number]
  | readonly [
      'mount',
      cwd: string,
      source: string,
      target: string,
      type: string,
      flags: number,
      data: string,
    ]
  | readonly ['unmount', path: string]
  | readonly [
      'start',
      cloneFlags: number,
      uidMap: string,
      gidMap: string,
      setgroups: 'allow' | 'deny',
      stdin: StdioMode,
      stdout: StdioMode,
      stderr: StdioMode,
      lostNotice: string,
      guardFlags: number,
      joins: Uint8Array,
    ]
  | readonly [
      'helper',
      name: string,
      argv: Uint8Array,
      env: Uint8Array,
      userns: string,
      input: string,
      readyFd: number,
      endedNotice: string,
    ]
  | readonly ['unlink-at-end', path: string]
  | readonly [
      'guard',
      stdin: StdioMode,
      stdout: StdioMode,
      stderr: StdioMode,
      lostNotice: string,
      guardFlags: number,
    ]
  | readonly [
      'command',
      cwd: string,
      argv: Uint8Array,
      env: Uint8Array,
      stdio: 'container' | 'null',
    ]
  | readonly ['console-socket', path: string]
  | readonly ['adopt', pid: number]
  | readonly [
      'last',
      cwd: string,
      argv: Uint8Array,
      env: Uint8Array,
      timeoutMs: number,
      notice: string,
    ]
  | readonly [
      'after',
      program: string,
      argv: Uint8Array,
      env: Uint8Array,
      input: Uint8Array,
      timeoutMs: number,
      notices: Uint8Array,
    ]
  | readonly ['hold']
  | readonly ['release']
  | readonly ['seccomp-agent', path: string, state: string]
  | readonly ['run']
  | readonly ['follow']
  | readonly ['exec', program: string, argv: Uint8Array, env: Uint8Array]

export const requestArity: { readonly [Name in Request[0]]: number } = {
  hello: 1,
  lock: 3,
  unlock: 1,
  mount: 6,
  unmount: 1,
  start: 10,
  helper: 7,
  'unlink-at-end': 1,
  guard: 5,
  command: 4,
  'console-socket': 1,
  adopt: 1,
  last: 5,
  after: 6,
  hold: 0,
  release: 0,
  'seccomp-agent': 2,
  run: 0,
  follow: 0,
  exec: 3,
}

/**
 * What comes back. `file`, `done`, `ready` are init's; `helper-…`, `command-exit` and `exit` the
 * guard's.
 */
export type Reply =
  | { readonly name: 'hello'; readonly protocol: string }
  | { readonly name: 'ok' | 'done' | 'ready' | 'started' }
  | { readonly name: 'locked'; readonly handle: number }
  | { readonly name: 'busy'; readonly holder: number }
  | { readonly name: 'pid'; readonly pid: number }
  | {
      readonly name: 'file'
      readonly path: string
      readonly errno: number
      readonly content: Buffer
    }
  | { readonly name: 'helper-ready'; readonly helper: string }
  | {
      readonly name: 'helper-failed'
      readonly helper: string
      readonly status: number
      readonly output: string
    }
  | {
      readonly name: 'command-exit'
      readonly status: number
      readonly stdout: string
      readonly stderr: string
    }
  | {
      readonly name: 'exit'
      readonly code: number
      readonly signal: number
      readonly userMicros: number
      readonly systemMicros: number
      readonly maxRssKib: number
    }
  | {
      readonly name: 'error'
      readonly where: string
      readonly index: number
      readonly errno: number
      readonly detail: string
    }

/** @throws RangeError if the fields are no reply of this protocol */
export function parseReply(fields: readonly Buffer[]): Reply {
  const text = (index: number) => at(fields, index).toString()
  const number = (index: number) => Number(text(index))
  const name = text(0)
  switch (name) {
    case 'hello':
      return { name, protocol: text(1) }
    case 'ok':
    case 'done':
    case 'ready':
    case 'started':
      return { name }
    case 'locked':
      return { name, handle: number(1) }
    case 'busy':
      return { name, holder: number(1) }
    case 'pid':
      return { name, pid: number(1) }
    case 'file':
      return { name, path: text(1), errno: number(2), content: at(fields, 3) }
    case 'helper-ready':
      return { name, helper: text(1) }
    case 'helper-failed':
      return { name, helper: text(1), status: number(2), output: text(3) }
    case 'command-exit':
      return { name, status: number(1), stdout: text(2), stderr: text(3) }
    case 'exit':
      return {
        name,
        code: number(1),
        signal: number(2),
        userMicros: number(3),
        systemMicros: number(4),
        maxRssKib: number(5),
      }
    case 'error':
      return { name, where: text(1), index: number(2), errno: number(3), detail: text(4) }
    default:
      throw new RangeError(`unknown reply ${JSON.stringify(name)}`)
  }
}

function at(fields: readonly Buffer[], index: number): Buffer {
  const field = fields[index]
  if (field === undefined) throw new RangeError('reply with too few fields')
  return field
}
