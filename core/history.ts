// SPDX-License-Identifier: Apache-2.0
import type { Context } from './context.ts'
import { findImage } from './store/images.ts'
import { readImageConfig } from './stored-image.ts'

/** One step of how an image was made. */
export interface HistoryStep {
  /** Of the image that ends with this step, where it is known: of the newest. */
  readonly id: string | undefined
  /** RFC 3339; undefined where the image does not say. */
  readonly created: string | undefined
  readonly createdBy: string
  readonly comment: string
  /** Of the files of its layer, uncompressed; 0 where it made none. */
  readonly sizeBytes: number
  /** Of the image, with the newest. */
  readonly names: readonly string[]
}

/**
 * The steps that made an image, the newest first. Layers that its history does not mention are
 * steps without words.
 *
 * @throws TsbuildError IMAGE_UNKNOWN, BLOB_CORRUPT
 */
export function history(context: Pick<Context, 'paths'>, nameOrId: string): HistoryStep[] {
  const image = findImage(context, nameOrId)
  const { history: entries = [] } = readImageConfig(context, image)
  const sizes = image.record.layers.map(({ sizeBytes }) => sizeBytes)
  const told = entries.map((entry) => ({
    created: entry.created,
    createdBy: entry.created_by ?? '',
    comment: entry.comment ?? '',
    sizeBytes: entry.empty_layer === true ? 0 : (sizes.shift() ?? 0),
  }))
  const untold = sizes.map((sizeBytes) => ({
    created: undefined,
    createdBy: '',
    comment: '',
    sizeBytes,
  }))
  return [...told, ...untold].reverse().map((step, index) => ({
    ...step,
    id: index === 0 ? image.id : undefined,
    names: index === 0 ? image.names : [],
  }))
}
