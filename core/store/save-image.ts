// SPDX-License-Identifier: Apache-2.0
import { digestHex } from '../../images/digest.ts'
import type { Context } from '../context.ts'
import { putBytes } from './blobs.ts'
import type { ImageLayer, ImageRecord } from './image-record.ts'
import { readImage, readNames, type StoredImage, writeImage, writeNames } from './images.ts'
import { STORE_VERSION } from './layout.ts'
import { withStoreLock } from './lock-store.ts'

export interface NewImage {
  /** The lowest first. */
  readonly layers: readonly ImageLayer[]
  /** The bytes of the image's config. */
  readonly config: Buffer
  readonly manifest: { readonly mediaType: string; readonly bytes: Buffer }
  /** RFC 3339. */
  readonly created: string
  /** Normalized; an image that has one of them loses it. */
  readonly names: readonly string[]
}

/**
 * Makes an image of the store. The same content is the same image, whoever made it first: it only
 * gets more names. The index of names comes last.
 */
export const saveImage = (context: Context, image: NewImage): StoredImage =>
  withStoreLock(context, () => saveLocked(context, image))

function saveLocked(context: Context, image: NewImage): StoredImage {
  const { names, created, layers } = image
  const id = digestHex(putBytes(context, image.config).digest)
  const { digest, sizeBytes: size } = putBytes(context, image.manifest.bytes)
  const manifest = { mediaType: image.manifest.mediaType, digest, size }
  const record: ImageRecord = { version: STORE_VERSION, id, created, manifest, layers: [...layers] }
  const known = readImage(context, id)
  if (known === undefined) writeImage(context, record)
  const before = readNames(context)
  const wanted = Object.fromEntries(names.map((name) => [name, id]))
  if (names.some((name) => before[name] !== id)) writeNames(context, { ...before, ...wanted })
  return { id, names, record: known ?? record }
}
