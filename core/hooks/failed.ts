// SPDX-License-Identifier: Apache-2.0
import type { ShimError } from '../../native-shim/shim-error.ts'
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

/** Of one that init ran: the detail is its name, or its status, name and words (op_hook.c). */
export function hookFailure(error: ShimError): TsbuildError {
  const [status, name, ...words] = error.detail.split('\n')
  if (error.code === 'ECHILD' && name !== undefined)
    return hookFailed(name, statusWords(Number(status), words.join('\n')))
  const late = error.code === 'ETIMEDOUT'
  return hookFailed(error.detail, late ? 'it took too long and was killed' : error)
}
