// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../images/digest.ts'
import { MAX_CONFIG_BYTES, parseImageConfig } from '../images/image-config.ts'
import { type ImageManifest, MAX_MANIFEST_BYTES, parseManifest } from '../images/manifest.ts'
import type { ManifestFormat } from '../images/media-types.ts'
import type { ImageConfig } from '../images/model.ts'
import type { Context } from './context.ts'
import { readBlob } from './store/blobs.ts'
import type { StoredImage } from './store/images.ts'
import { damaged } from './store/record.ts'

/** The documents of an image in the store. */
export interface ImageDocuments {
  readonly format: ManifestFormat
  readonly mediaType: string
  readonly manifest: ImageManifest
  readonly manifestBytes: Buffer
  readonly config: Buffer
}

/** @throws TsbuildError BLOB_CORRUPT, MANIFEST_INVALID */
export function readDocuments(
  context: Pick<Context, 'paths'>,
  { id, record }: Pick<StoredImage, 'id' | 'record'>,
): ImageDocuments {
  const { digest, mediaType } = record.manifest
  const manifestBytes = readBlob(context, digest, MAX_MANIFEST_BYTES)
  const parsed = parseManifest(manifestBytes, mediaType)
  if (parsed.kind !== 'image') throw damaged(`the manifest of image ${id}`, 'it is an index')
  const { format, manifest } = parsed
  const configDigest: Digest = `sha256:${id}`
  const config = readBlob(context, configDigest, MAX_CONFIG_BYTES)
  return { format, mediaType, manifest, manifestBytes, config }
}

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
