// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../core/lib/errors.ts'

/**
 * A manifest, index or config that breaks its format, or that we refuse.
 *
 * @param what names the document: `the manifest sha256:…`
 */
export function invalidManifest(what: string, reason: string, cause?: unknown): TsbuildError {
  return new TsbuildError('MANIFEST_INVALID', `cannot use ${what}: ${reason}`, {
    cause,
    hint: 'make or fetch the image again, with a current tool',
  })
}
