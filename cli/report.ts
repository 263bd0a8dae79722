// SPDX-License-Identifier: Apache-2.0
import { writeSync } from 'node:fs'
import { describeError, TsbuildError } from '../core/lib/errors.ts'
import { OutputClosed } from './io.ts'

const closedOutputStatus = 141 // what a shell reports of a program that SIGPIPE ended

/** Tells the user what went wrong, on stderr. @returns the exit status that goes with it */
export function report(error: unknown): number {
  if (error instanceof OutputClosed) return closedOutputStatus
  try {
    writeSync(2, `${describeError(error)}\n`)
  } catch {
    // stderr is gone as well: the status is all that is left to tell
  }
  return error instanceof TsbuildError ? error.exitCode : 125
}
