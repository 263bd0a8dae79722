// SPDX-License-Identifier: Apache-2.0
import { ShimError } from '../../native-shim/shim-error.ts'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'

/**
 * A failure in words where it means that the store's disk is full; others as they are. ENOSPC of
 * a mount is a limit of the kernel, not a disk.
 */
export function explainDisk({ paths }: Pick<Context, 'paths'>, error: unknown): unknown {
  if (error instanceof ShimError || !hasCode(error, 'ENOSPC', 'EDQUOT')) return error
  return new TsbuildError('DISK_FULL', `cannot write to the store ${paths.root}`, {
    cause: error,
    hint: 'free space there ("tsbuild rm", "tsbuild rmi"), or choose another store (--root)',
  })
}
