// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { decompress } from '../images/compression.ts'
import type { LayerBlob } from '../images/convert.ts'
import { gzip } from '../images/layer/gzip.ts'
import { type LayerCompression, layerCompression } from '../images/media-types.ts'
import type { Content, ImageDestination } from '../images/transport/destination.ts'
import type { Form } from '../images/transport/forms.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import { packImageLayer } from './snapshot/layer.ts'
import { openBlob } from './store/blobs.ts'
import type { ImageLayer } from './store/image-record.ts'

export interface LayerPush {
  readonly layer: ImageLayer
  /** The layers below it in the image. */
  readonly below: readonly ImageLayer[]
  readonly form: Form
  readonly destination: ImageDestination
}

/**
 * Writes a layer to where its image goes. A blob that came with the image goes as it is, where its
 * form is right; otherwise the layer is packed from its files, or the blob packed anew.
 *
 * @throws TsbuildError STORE_CORRUPT if the files are not what the layer is named by; BLOB_CORRUPT
 */
export async function pushLayer(context: Context, push: LayerPush): Promise<LayerBlob> {
  const { layer, form, destination } = push
  const { blob } = layer
  const stored = blob === undefined ? undefined : layerCompression(blob.mediaType)
  if (blob !== undefined && stored !== undefined && fits(stored, form)) {
    const { digest, size: sizeBytes } = blob
    const isThere = destination.has({ digest, sizeBytes })
    if (!isThere) await destination.put(openBlob(context, digest), 'layer')
    return { digest, sizeBytes, compression: stored }
  }
  const tar = verified(await plainLayer(context, push), layer)
  if (form.layers !== 'compressed') {
    return { ...(await destination.put(tar, 'layer')), compression: 'none' }
  }
  return { ...(await destination.put(gzip(tar), 'layer')), compression: 'gzip' }
}

function fits(compression: LayerCompression, { format, layers }: Form): boolean {
  if (layers === 'plain') return compression === 'none'
  if (compression === 'zstd') return format === 'oci'
  return compression === 'gzip' || layers === 'kept'
}

async function plainLayer(context: Context, { layer, below }: LayerPush): Promise<Content> {
  if (layer.blob === undefined) return packImageLayer(context, layer, below)
  return (await decompress(openBlob(context, layer.blob.digest))).content
}

/** The same, with an error at its end if it is not the layer. */
async function* verified(tar: Content, { diffId }: ImageLayer): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of tar) {
    hash.update(chunk)
    yield chunk
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found === diffId) return
  throw new TsbuildError('STORE_CORRUPT', `the files of the layer ${diffId} were changed`, {
    cause: `they are ${found} now`,
    hint: 'remove the image (tsbuild rmi) and pull or build it again',
  })
}
