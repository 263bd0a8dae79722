// SPDX-License-Identifier: Apache-2.0
import { hasCode } from '../../core/lib/errno.ts'
import { TsbuildError } from '../../core/lib/errors.ts'
import type { Body } from '../tar/body.ts'
import { invalidArchive, readable } from '../tar/invalid.ts'

/**
 * Does something with an entry of this name; what the kernel has against it is the archive's fault.
 *
 * @throws TsbuildError ARCHIVE_INVALID
 */
export function explained<Result>(name: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    if (error instanceof TsbuildError || !hasCode(error, ...REFUSALS)) throw error
    throw invalidArchive(`${readable(name)} cannot be made`, { cause: error })
  }
}

/** The same for all that is done with the content of an entry. */
export function explainedBody(name: string, make: () => Body): Body {
  const body = explained(name, make)
  return {
    write: (chunk, position) => explained(name, () => body.write(chunk, position)),
    end: (sizeBytes) => explained(name, () => body.end(sizeBytes)),
  }
}

/** What the kernel answers to names and numbers that it cannot take. */
const REFUSALS = [
  'EEXIST',
  'EFBIG',
  'EINVAL',
  'EISDIR',
  'ELOOP',
  'EMLINK',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'EOVERFLOW',
  'EPERM',
]
