// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { hasCode } from './errno.ts'

/**
 * The absolute path of a program of the host.
 *
 * @param path the host's PATH
 * @returns undefined when no directory of it holds an executable file of that name
 */
export function findProgram(name: string, path: string | undefined): string | undefined {
  const folders = (path ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return folders.map((folder) => `${folder}/${name}`).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Of what a program complains about, as much is kept. */
const MAX_STDERR_BYTES = 4096

/**
 * Sends bytes through a program of the host, found in PATH and run with LC_ALL=C. The program is
 * killed when the consumer stops, and when the source fails.
 *
 * @returns what the program prints, and in the end, when it says 0, the start of its complaints
 * @throws Error with the code PROGRAM_MISSING; one with the code PROGRAM_FAILED and the program's
 *   own words; what the source throws
 */
export async function* throughProgram(
  [name, ...args]: readonly [string, ...string[]],
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, string> {
  // Costs 20 ms, and few commands need it.
  const { execa } = await import('./execa.ts')
  const program = execa(name, args, {
    env: { LC_ALL: 'C' },
    stdio: 'pipe',
    buffer: false,
    reject: false,
  })
  const complaint = firstBytes(program.stderr, MAX_STDERR_BYTES)
  let failure: unknown
  const input = Readable.from(
    watched(source, (error) => {
      failure = error
      program.kill('SIGKILL')
    }),
  )
  // A program that stops reading (EPIPE) says itself why.
  const fed = pipeline(input, program.stdin).catch(() => {})
  try {
    yield* program.stdout
    const result = await program
    if (failure !== undefined) throw failure
    if (result.failed) throw programFailure(name, result, complaint())
    await fed
    return complaint()
  } finally {
    program.kill('SIGKILL')
    input.destroy()
    await Promise.all([program, finished(input).catch(() => {})])
  }
}

/** What goes wrong behind us is thrown in at the yield, and is not the source's failure. */
async function* watched(
  source: AsyncIterable<Buffer>,
  failed: (error: unknown) => void,
): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]()
  const next = () =>
    iterator.next().catch((error) => {
      failed(error)
      throw error
    })
  try {
    for (let item = await next(); item.done !== true; item = await next()) yield item.value
  } finally {
    await iterator.return?.()
  }
}

function firstBytes(stream: Readable, maxBytes: number): () => string {
  const chunks: Buffer[] = []
  let length = 0
  stream.on('data', (chunk: Buffer) => {
    if (length < maxBytes) chunks.push(chunk)
    length += chunk.length
  })
  return () => Buffer.concat(chunks).subarray(0, maxBytes).toString().trim()
}

export const PROGRAM_MISSING = 'PROGRAM_MISSING'
export const PROGRAM_FAILED = 'PROGRAM_FAILED'

interface Ended {
  readonly exitCode?: number | undefined
  readonly signal?: string | undefined
  readonly cause?: unknown
}

function programFailure(name: string, { exitCode, signal, cause }: Ended, words: string): Error {
  if (hasCode(cause, 'ENOENT', 'EACCES')) {
    return Object.assign(new Error(`${name} cannot be started`, { cause }), {
      code: PROGRAM_MISSING,
    })
  }
  const how = signal === undefined ? `exit code ${exitCode}` : signal
  const message = `${name}: ${how}${words === '' ? '' : `: ${words}`}`
  return Object.assign(new Error(message), { code: PROGRAM_FAILED })
}

/** How a program of the host is run. */
export interface ProgramCall {
  /** An absolute path, or a name in the PATH of `env`. */
  readonly argv: readonly [string, ...string[]]
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>
}

/** Of what a program prints, at most: a longer output is a failure. */
const MAX_OUTPUT_BYTES = 1 << 20

/**
 * Runs a program of the host to its end.
 *
 * @param limits what it reads on stdin, and when it is killed
 * @returns what it printed; `failure` is how it ended, if not with status 0
 */
export async function runProgram(
  { argv: [name, ...args], env }: ProgramCall,
  { input, timeoutMs }: { readonly input: string; readonly timeoutMs: number },
): Promise<{ stdout: string; stderr: string; failure: string | undefined }> {
  const { execa } = await import('./execa.ts')
  const result = await execa(name, args, {
    ...{ env, extendEnv: false, input, timeout: timeoutMs, killSignal: 'SIGKILL' as const },
    ...{ maxBuffer: MAX_OUTPUT_BYTES, reject: false },
  })
  const { stdout, stderr, failed, shortMessage } = result
  return { stdout, stderr, failure: failed ? (shortMessage ?? 'it failed') : undefined }
}

/**
 * Does `work` while a program of the host lives that prints a line when it is ready, and ends when
 * its stdin does.
 *
 * @param work gets its pid; undefined when it ends before it is ready
 */
export async function besideProgram(
  { argv: [name, ...args], env }: ProgramCall,
  work: (pid: number | undefined) => Promise<void>,
): Promise<void> {
  const { execa } = await import('./execa.ts')
  const stdio = ['pipe', 'pipe', 'ignore'] as const
  const program = execa(name, args, { env, extendEnv: false, stdio, buffer: false, reject: false })
  const ready = new Promise<number | undefined>((resolve) => {
    program.stdout.once('data', () => resolve(program.pid))
    void program.then(() => resolve(undefined))
  })
  try {
    await work(await ready)
  } finally {
    program.stdin.on('error', () => {}).end()
    program.stdout.resume()
    await program
  }
}
