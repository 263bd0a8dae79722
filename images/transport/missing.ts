// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../core/lib/errors.ts'
import { readable } from '../tar/invalid.ts'

/** A file that an image refers to and that is not where it should be. */
export function missingFile(place: string, name: string): TsbuildError {
  return new TsbuildError('BLOB_CORRUPT', `${readable(name)} is missing in ${place}`, {
    hint: 'copy or write the image there again',
  })
}
