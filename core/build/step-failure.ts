// SPDX-License-Identifier: Apache-2.0
import { type SourceFile, type SourceRange, sourceError } from '../containerfile/source.ts'
import { TsbuildError } from '../lib/errors.ts'

/**
 * The failure of a step, and where in the Containerfile it stands.
 *
 * @returns one that says so already, and what is no TsbuildError, as it is
 */
export function atStep(file: SourceFile, range: SourceRange, error: unknown): unknown {
  if (!(error instanceof TsbuildError) || error.excerpt !== undefined) return error
  const { code, message, cause, hint, exitCode } = error
  return sourceError(file, range, message, { code, cause, hint, exitCode })
}
