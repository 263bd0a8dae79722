// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process'

export interface Result {
  /** `null` when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Bytes for stdin; without it stdin is /dev/null. */
  readonly input?: string | Uint8Array
  /** Instead: stdin is a pipe that stays open, written to and ended by `child.stdin`. */
  readonly openInput?: boolean
  /** Added to the account's clean environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** After that it is killed and the test fails: 60,000 if not given. */
  readonly timeoutMs?: number
}

/** A program that runs. */
export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  /** What it has printed so far. */
  stdout(): string
  stderr(): string
  kill(signal: NodeJS.Signals): void
  /** Ends when the program has ended and its output is closed. */
  readonly result: Promise<Result>
}

/**
 * Starts a program with its output collected.
 *
 * @throws Error (through `result`) if it cannot be started, or is still there after `timeoutMs`
 */
export function start(argv: readonly string[], options: RunOptions): Running {
  const [program = '', ...args] = argv
  const { input, openInput = false, env = {}, cwd = '/', timeoutMs = 60_000 } = options
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: [input === undefined && !openInput ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  child.stdout?.on('data', (chunk) => stdout.push(chunk))
  child.stderr?.on('data', (chunk) => stderr.push(chunk))
  child.stdin?.on('error', () => {}) // it may end without reading
  if (!openInput) child.stdin?.end(input)
  const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString()
  const output = () => ({ stdout: text(stdout), stderr: text(stderr) })
  return {
    pid: child.pid ?? 0,
    child,
    stdout: () => text(stdout),
    stderr: () => text(stderr),
    kill: (signal) => void child.kill(signal),
    result: finished(child, { argv, timeoutMs, output }),
  }
}

interface Watch {
  readonly argv: readonly string[]
  readonly timeoutMs: number
  readonly output: () => Pick<Result, 'stdout' | 'stderr'>
}

function finished(child: ChildProcess, { argv, timeoutMs, output }: Watch): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      const { stdout, stderr } = output()
      const said = `stdout: ${stdout.slice(-2000)}\nstderr: ${stderr.slice(-2000)}`
      reject(new Error(`still running after ${timeoutMs} ms: ${argv.join(' ')}\n${said}`))
    }, timeoutMs)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, ...output() })
    })
  })
}
