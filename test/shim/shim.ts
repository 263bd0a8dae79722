// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Duplex, type Readable } from 'node:stream'
import { decodeFields, encodeFields, type Field } from '../../native-shim/fields.ts'
import { parseReply, type Reply, type Request } from '../../native-shim/messages.ts'
import { type Op, PROTOCOL } from '../../native-shim/ops.ts'
import { within } from './within.ts'

/** `inherit`: nothing; a number: that descriptor of ours. */
export type Stdio = 'ignore' | 'pipe' | number

export interface ShimOptions {
  /** The program, named tsbuild-shim, perhaps with others before it that become it. */
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** A socket each if not given; stdin is /dev/null. */
  readonly stdio?: readonly [Stdio, Stdio, Stdio]
  readonly cwd?: string
}

/** The shim driven alone: TypeScript's side of the conversation, without the product. */
export interface Shim {
  readonly process: ChildProcess
  readonly pid: number
  send(message: readonly Field[]): void
  sendBytes(bytes: Uint8Array): void
  /** @throws Error when the shim hangs up instead */
  next(): Promise<Reply>
  request(message: Request): Promise<Reply>
  /** Sends ops; the replies up to `done`, `ready` or `error`. */
  ops(ops: readonly Op[]): Promise<readonly Reply[]>
  /** What came on stdout and stderr so far; all of it once `ended` is there. */
  stdout(): Buffer
  stderr(): string
  /** Closes our end, as TypeScript's death does. */
  hangUp(): void
  /** The status, as soon as the process is gone. */
  readonly exit: Promise<Exit>
  /** The status, when also its output is closed. */
  readonly ended: Promise<Exit>
}

/** An exit status, or the name of the signal. */
export type Exit = number | NodeJS.Signals

/** Starts `tsbuild-shim`; nothing is said yet. */
export function spawnShim({ argv: [program = '', ...args], env, stdio, cwd }: ShimOptions): Shim {
  const child = spawn(program, args, {
    stdio: [...(stdio ?? ['ignore', 'pipe', 'pipe']), 'pipe'],
    env,
    cwd: cwd ?? '/',
  })
  const control = child.stdio[3]
  if (!(control instanceof Duplex)) throw new TypeError('no control socket')
  control.on('error', () => {}) // the shim may end while we write
  const replies = repliesOf(control)
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const exit = once(child, 'exit').then(([code, signal]): Exit => code ?? signal)
  const closed = Promise.all([child.stdout, child.stderr].map(closing))
  const next = async () => {
    const { value, done } = await within('a reply', replies.next())
    if (done) throw new Error(`the shim hung up: ${Buffer.concat(stderr)}`)
    return value
  }
  const sendBytes = (bytes: Uint8Array) => void control.write(bytes)
  const send = (fields: readonly Field[]) => sendBytes(framed(encodeFields(fields)))
  return {
    process: child,
    pid: child.pid ?? 0,
    send,
    sendBytes,
    next,
    request: (message) => {
      send(message)
      return next()
    },
    ops: async (ops) => {
      send(['ops', ...ops.flat()])
      return repliesToOps(next)
    },
    stdout: () => Buffer.concat(stdout),
    stderr: () => Buffer.concat(stderr).toString(),
    hangUp: () => void control.destroy(),
    exit,
    ended: closed.then(() => exit),
  }
}

/** Says hello and takes what comes back for right. */
export async function greet(shim: Shim): Promise<void> {
  assert.deepEqual(await shim.request(['hello', PROTOCOL]), { name: 'hello', protocol: PROTOCOL })
}

/** Bytes as a message of the control socket. */
export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(message.length)
  return Buffer.concat([length, message])
}

async function repliesToOps(next: () => Promise<Reply>): Promise<readonly Reply[]> {
  const seen: Reply[] = []
  for (;;) {
    const reply = await next()
    seen.push(reply)
    if (['done', 'ready', 'error'].includes(reply.name)) return seen
  }
}

async function* repliesOf(control: Readable): AsyncGenerator<Reply, undefined> {
  let rest = Buffer.alloc(0)
  try {
    for await (const chunk of control) {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
        const end = 4 + rest.readUInt32LE()
        yield parseReply(decodeFields(rest.subarray(4, end)))
        rest = rest.subarray(end)
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw error
  } // a reset by the shim's death is its hanging up
  return undefined
}

/** Not the child's own event: that waits for replies which nobody reads. */
const closing = (stream: Readable | null) => (stream === null ? [] : once(stream, 'close'))

function collect(stream: Readable | null): Buffer[] {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk) => chunks.push(chunk))
  return chunks
}
