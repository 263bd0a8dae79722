// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { decompress } from '../images/compression.ts'
import type { Digest } from '../images/digest.ts'
import type { Descriptor } from '../images/manifest.ts'
import type { ImageSource } from '../images/transport/source.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import type { NewSnapshot } from './snapshot/create.ts'
import { type UnpackRequest, unpackImageLayer } from './snapshot/unpack-layer.ts'
import { openBlob, putBlob } from './store/blobs.ts'
import type { ImageLayer } from './store/image-record.ts'
import { listImages } from './store/images.ts'

export interface LayersRequest {
  readonly source: ImageSource
  /** The lowest first. */
  readonly diffIds: readonly Digest[]
  readonly progress: (step: string) => void
}

export interface PulledLayers {
  readonly layers: readonly ImageLayer[]
  /** Keeps the new snapshots that a record names now, and removes the others. */
  settle(used: readonly string[]): void
}

/**
 * Stores the layers of an image, each verified. Layers that an image of the store begins with are
 * not unpacked again. The caller is inside `withContent`, and calls `settle` in the end.
 *
 * @throws TsbuildError BLOB_CORRUPT, ARCHIVE_INVALID; nothing of it stays then
 */
export async function pullLayers(context: Context, request: LayersRequest): Promise<PulledLayers> {
  const { source, diffIds, progress } = request
  const known = knownLayers(context, diffIds)
  const layers: ImageLayer[] = []
  const made: NewSnapshot[] = []
  try {
    for (const [index, diffId] of diffIds.entries()) {
      const descriptor = source.manifest.layers[index]
      if (descriptor === undefined) throw new TypeError('as many layers as diffIDs')
      progress(`layer ${descriptor.digest}`)
      const layer = known[index]
      if (layer !== undefined) {
        layers.push(await withBlob(context, { layer, descriptor, source }))
        continue
      }
      const blob = await store(context, source, descriptor)
      const below = [...layers]
      const unpacked = await unpack(context, blob, { diffId, below })
      made.push(unpacked.snapshot)
      layers.push({ ...unpacked.layer, blob })
    }
  } catch (error) {
    for (const snapshot of made) snapshot.discard()
    throw error
  }
  const settle = (used: readonly string[]) => {
    for (const snapshot of made) {
      if (used.includes(snapshot.key)) snapshot.keep()
      else snapshot.discard()
    }
  }
  return { layers, settle }
}

/** What unpacks does not know how the archive is called. */
async function unpack(context: Context, { digest }: StoredBlob, request: UnpackRequest) {
  try {
    return await unpackImageLayer(context, openBlob(context, digest), request)
  } catch (cause) {
    if (!(cause instanceof TsbuildError) || cause.code !== 'ARCHIVE_INVALID') throw cause
    throw new TsbuildError(cause.code, `cannot unpack the layer ${digest}`, {
      cause,
      hint: 'fetch or make the image again where it came from',
    })
  }
}

/** As many as an image of the store begins with; what a layer is depends on those below it. */
function knownLayers(context: Context, diffIds: readonly Digest[]): readonly ImageLayer[] {
  let most: readonly ImageLayer[] = []
  for (const { record } of listImages(context)) {
    const other = record.layers.findIndex(({ diffId }, index) => diffId !== diffIds[index])
    const shared = record.layers.slice(0, other < 0 ? record.layers.length : other)
    if (shared.length > most.length) most = shared
  }
  return most
}

type StoredBlob = NonNullable<ImageLayer['blob']>

async function store(
  context: Context,
  source: ImageSource,
  descriptor: Descriptor,
): Promise<StoredBlob> {
  const { mediaType, digest, size } = descriptor
  await putBlob(context, source.stream(descriptor), { digest, sizeBytes: size })
  return { mediaType, digest, size }
}

interface KnownLayer {
  readonly layer: ImageLayer
  readonly descriptor: Descriptor
  readonly source: ImageSource
}

/** The layer with the blob that it has in this image, whatever it came as before. */
async function withBlob(
  context: Context,
  { layer, descriptor, source }: KnownLayer,
): Promise<ImageLayer> {
  if (layer.blob?.digest === descriptor.digest) return layer
  const blob = await store(context, source, descriptor)
  const { content } = await decompress(openBlob(context, blob.digest))
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk)
  const found = `sha256:${hash.digest('hex')}`
  if (found === layer.diffId) return { ...layer, blob }
  throw new TsbuildError('BLOB_CORRUPT', `the layer ${blob.digest} unpacks to ${found}`, {
    cause: `the image's config says ${layer.diffId}`,
    hint: 'fetch or make the image again where it came from',
  })
}
