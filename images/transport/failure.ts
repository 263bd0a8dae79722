// SPDX-License-Identifier: Apache-2.0
import { hasCode } from '../../core/lib/errno.ts'
import { TsbuildError } from '../../core/lib/errors.ts'

/** A failure with a place that the user named, in words that name it. */
export function explainPlace(action: 'read' | 'write', place: string, error: unknown): unknown {
  const message = `cannot ${action} ${place}`
  if (error instanceof TsbuildError) return isNamed(error, place) ? error : named(error, message)
  if (!(error instanceof Error && 'syscall' in error)) return error
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    if (action === 'read') return error // another disk, which the caller knows
    return new TsbuildError('DISK_FULL', message, { cause: error, hint: 'free some space there' })
  }
  return new TsbuildError('TRANSPORT_INVALID', message, {
    cause: error,
    hint: `name a place that you can ${action}`,
  })
}

/** What reads archives does not know what they are called. */
const isNamed = ({ code, message }: TsbuildError, place: string): boolean =>
  code !== 'ARCHIVE_INVALID' || message.includes(place)

const named = (cause: TsbuildError, message: string): TsbuildError =>
  new TsbuildError(cause.code, message, {
    cause,
    hint: cause.hint ?? 'fetch or write the archive again',
  })

/** A place whose content is not what its transport says. */
export function invalidPlace(place: string, reason: string, hint?: string): TsbuildError {
  return new TsbuildError('TRANSPORT_INVALID', `cannot use ${place}: ${reason}`, {
    hint: hint ?? 'name the transport that the image was written with, or write it again',
  })
}
