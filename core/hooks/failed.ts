// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** The cause: how it ended, and the beginning of what it said. */
export const statusWords = (status: number, words: string): string =>
  `exit code ${status}${words.trim() === '' ? '' : `: ${words.trim()}`}`

/** @param name as of `hookName` */
export const hookFailed = (name: string, cause: unknown): TsbuildError =>
  new TsbuildError('HOOK_FAILED', `cannot run the container: the ${name} failed`, {
    cause,
    hint: 'see why, or leave its directory out of --hooks-dir and hooks_dir of containers.conf',
  })
