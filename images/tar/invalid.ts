// SPDX-License-Identifier: Apache-2.0
import { fromBytes } from '../../core/lib/bytes.ts'
import { type ErrorContext, TsbuildError } from '../../core/lib/errors.ts'

/** Bytes of an archive that break the format or that we refuse; the caller adds its file name. */
export function invalidArchive(message: string, context: ErrorContext = {}): TsbuildError {
  return new TsbuildError('ARCHIVE_INVALID', message, context)
}

/** More of a name says nothing more. */
const MAX_SHOWN = 200

/** A byte string as people are to read it. */
export function readable(bytes: string): string {
  const text = fromBytes(bytes)
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
}
