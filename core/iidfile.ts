// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs'
import { TsbuildError } from './lib/errors.ts'

/**
 * Writes the id of an image where a script finds it: with its algorithm, without a line end.
 *
 * @throws TsbuildError PATH_INVALID
 */
export function writeIidfile(path: string | undefined, id: string): void {
  if (path === undefined) return
  try {
    writeFileSync(path, `sha256:${id}`)
  } catch (cause) {
    throw new TsbuildError('PATH_INVALID', `cannot write the image's id to ${path}`, {
      cause,
      hint: 'the image was made; name a file that you can write',
    })
  }
}
