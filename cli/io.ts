// SPDX-License-Identifier: Apache-2.0
import { writeSync } from 'node:fs'
import { TsbuildError } from '../core/lib/errors.ts'

/** What a command may do to its standard output. */
export interface Io {
  /** Writes the text and a newline. */
  readonly print: (text: string) => void
  /** What is done at the moment: a line on standard error. */
  readonly tell: (text: string) => void
  /** Writes what a program of a container wrote, as it is. */
  readonly pass: (stream: 'stdout' | 'stderr', bytes: Buffer) => void
  /** The width for prose: the terminal's, 80 where there is none. */
  readonly columns: () => number
}

/** Nobody reads our standard output any more: a reason to stop, not to complain. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

export const processIo: Io = {
  print: (text) => writeOut(`${text}\n`),
  tell: (text) => void writeSync(2, `${text}\n`),
  pass: (stream, bytes) => writeAll(stream === 'stdout' ? 1 : 2, bytes),
  columns: () => Math.min(process.stdout.columns ?? 80, 100),
}

/**
 * Writes all of `text` to standard output before it returns.
 *
 * @throws OutputClosed when the reader is gone; TsbuildError DISK_FULL
 */
export function writeOut(text: string): void {
  writeAll(1, Buffer.from(text))
}

function writeAll(fd: 1 | 2, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSome(fd, rest))
}

function writeSome(fd: 1 | 2, bytes: Buffer): number {
  try {
    return writeSync(fd, bytes)
  } catch (error) {
    switch (errnoOf(error)) {
      case 'EAGAIN': // another holder of the pipe or terminal made it non-blocking
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
        return 0
      case 'EPIPE':
        throw new OutputClosed('standard output is closed', { cause: error })
      case 'ENOSPC':
      case 'EDQUOT':
        throw new TsbuildError('DISK_FULL', `cannot write to ${streams[fd]}`, {
          cause: error,
          hint: 'free some space there',
        })
      default:
        throw error
    }
  }
}

const streams = { 1: 'standard output', 2: 'standard error' } as const

const errnoOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
