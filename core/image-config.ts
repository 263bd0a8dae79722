// SPDX-License-Identifier: Apache-2.0
import { MAX_CONFIG_BYTES, parseImageConfig } from '../images/image-config.ts'
import type { ImageConfig } from '../images/model.ts'
import type { Context } from './context.ts'
import { readBlob } from './store/blobs.ts'
import type { StoredImage } from './store/images.ts'

/**
 * The config of a stored image.
 *
 * @throws TsbuildError BLOB_CORRUPT, MANIFEST_INVALID
 */
export function readImageConfig(
  context: Pick<Context, 'paths'>,
  { id, record }: Pick<StoredImage, 'id' | 'record'>,
): ImageConfig {
  const bytes = readBlob(context, `sha256:${id}`, MAX_CONFIG_BYTES)
  return parseImageConfig(bytes, record.layers.length).config
}
