// SPDX-License-Identifier: Apache-2.0
import { composeImage } from '../../images/compose.ts'
import { digestHex, sha256 } from '../../images/digest.ts'
import type { HistoryEntry } from '../../images/model.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { describeLayer } from '../snapshot/layer.ts'
import { readCache, writeCache } from '../store/cache.ts'
import type { ImageLayer } from '../store/image-record.ts'
import { findImage, type StoredImage } from '../store/images.ts'
import { saveImage } from '../store/save-image.ts'
import { tag } from '../tag.ts'
import type { BuildSession, StageResult } from './session.ts'

/** Makes an image of a stage; of one that is only its base, it gives that one the names. */
export function saveStage(
  session: BuildSession,
  result: StageResult,
  names: readonly string[],
): StoredImage {
  const { context, request } = session
  if (result.isBase && result.base !== undefined) {
    const image = findImage(context, result.base.id)
    if (names.length > 0) tag(context, { image: image.id, names })
    return image
  }
  const layers = describeAll(session, result)
  const created = timeOf(session, result, layers)
  const documents = composeImage({
    format: request.format,
    config: result.state.config,
    properties: authored(result),
    created,
    history: result.history.map(
      ({ created: then = created, ...entry }): HistoryEntry => ({
        ...entry,
        created: then,
      }),
    ),
    layers,
    annotations: request.format === 'oci' ? annotations(result) : {},
  })
  for (const field of documents.dropped)
    context.warn(`the ${request.format} format has no place for ${field}: left out`)
  return saveImage(context, { ...documents, layers, created, names })
}

function describeAll({ context }: BuildSession, { files }: StageResult): ImageLayer[] {
  const layers: ImageLayer[] = []
  for (const layer of files.layers)
    layers.push('diffId' in layer ? layer : describeLayer(context, layer, layers))
  return layers
}

function authored({ properties, state }: StageResult) {
  return state.author === undefined ? properties : { ...properties, author: state.author }
}

/** @see OCI image-spec, annotations.md */
function annotations({ base }: StageResult): Record<string, string> {
  if (base === undefined) return {}
  return {
    'org.opencontainers.image.base.digest': base.digest,
    'org.opencontainers.image.base.name': base.name,
  }
}

/** When an image of this content was made first: all of it from the cache is the same image. */
function timeOf(
  { context, request }: BuildSession,
  result: StageResult,
  layers: readonly ImageLayer[],
): string {
  const { history, state, properties } = result
  const inputs = {
    image: layers.map(({ diffId }) => diffId),
    history,
    config: state.config,
    author: state.author ?? null,
    properties,
  }
  const key = digestHex(sha256(canonicalJson(inputs)))
  const known = request.useCache ? readCache(context, key) : undefined
  if (known !== undefined) return known.created
  const created = context.now().toISOString()
  writeCache(context, { key, created, snapshots: [], inputs })
  return created
}
