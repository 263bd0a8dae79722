// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../lib/errors.ts'

/** The words for a fact: the first row counts that names its place, and its errno or none. */
export interface FailureRow {
  readonly where: readonly string[]
  readonly code?: string
  readonly as: ErrorCode
  readonly message: string
  readonly hint: string
}
