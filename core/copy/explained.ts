// SPDX-License-Identifier: Apache-2.0
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'

/**
 * What `action` returns; a system call that fails is the failure of one path, named as the user
 * did. A full disk is left to whoever knows which one it is.
 *
 * @throws TsbuildError PATH_INVALID
 */
export function explained<Result>(given: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    if (error instanceof TsbuildError || hasCode(error, 'ENOSPC', 'EDQUOT')) throw error
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new TsbuildError('PATH_INVALID', `cannot copy ${JSON.stringify(given)}`, {
      cause: error,
      hint: 'check the path, whether you can read what is there, and what is in its way',
    })
  }
}
