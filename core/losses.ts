// SPDX-License-Identifier: Apache-2.0
import type { Losses } from '../images/unpack/attributes.ts'
import type { Context } from './context.ts'

/** Tells what could not be stored of files that were copied. */
export function warnOfLosses({ warn }: Pick<Context, 'warn'>, losses: Losses): void {
  const { owners, xattrs, sockets } = losses
  if (owners > 0)
    warn(`${owners} owners of links or special files could not be kept: ids not mapped`)
  if (xattrs > 0) warn(`${xattrs} extended attributes could not be kept`)
  if (sockets > 0) warn(`${sockets} sockets were left out`)
}
