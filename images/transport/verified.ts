// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../core/lib/errors.ts'
import { sha256 } from '../digest.ts'
import type { Descriptor } from '../manifest.ts'

/**
 * A small document whole: what the descriptor names, or nothing.
 *
 * @param maxBytes bound of the format
 * @throws TsbuildError BLOB_CORRUPT
 */
export function readVerified(
  content: Iterable<Buffer>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  maxBytes: number,
): Buffer {
  if (size > maxBytes) throw corrupt(digest, `it has ${size} bytes, ${maxBytes} are allowed`)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for (const chunk of content) {
    sizeBytes += chunk.length
    if (sizeBytes > size) break
    chunks.push(chunk)
  }
  if (sizeBytes > size) throw corrupt(digest, `it is longer than the ${size} bytes announced`)
  if (sizeBytes < size) throw corrupt(digest, `it has ${sizeBytes} of the ${size} bytes announced`)
  const bytes = Buffer.concat(chunks)
  const found = sha256(bytes)
  if (found !== digest) throw corrupt(digest, `its content is ${found}`)
  return bytes
}

function corrupt(digest: string, reason: string): TsbuildError {
  return new TsbuildError('BLOB_CORRUPT', `${digest} is damaged: ${reason}`, {
    hint: 'copy or write the image there again',
  })
}
