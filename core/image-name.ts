// SPDX-License-Identifier: Apache-2.0
import { normalizeReference } from '../images/reference.ts'
import { TsbuildError } from './lib/errors.ts'

/**
 * The full form of a name that an image is to get.
 *
 * @throws TsbuildError REFERENCE_INVALID
 */
export function imageName(text: string): string {
  if (text !== 'scratch') return normalizeReference(text)
  throw new TsbuildError('REFERENCE_INVALID', 'no image can be named "scratch"', {
    hint: '"tsbuild from scratch" makes an empty container; choose another name',
  })
}
