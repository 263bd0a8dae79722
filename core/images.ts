// SPDX-License-Identifier: Apache-2.0
import type { Context } from './context.ts'
import { listImages } from './store/images.ts'

export interface ImageSummary {
  readonly id: string
  /** None when another image took the last one. */
  readonly names: readonly string[]
  /** Of the manifest, as a registry would call it. */
  readonly digest: string
  /** RFC 3339. */
  readonly created: string
  /** Of all its files, uncompressed; layers that images share count for each. */
  readonly sizeBytes: number
}

/** The images of the store, the newest first. Takes no lock and needs no namespace. */
export function images(context: Pick<Context, 'paths'>): ImageSummary[] {
  return listImages(context).map(({ id, names, record }) => ({
    id,
    names,
    digest: record.manifest.digest,
    created: record.created,
    sizeBytes: record.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
  }))
}
