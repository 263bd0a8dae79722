// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../core/lib/canonical-json.ts'
import { type Digest, sha256 } from './digest.ts'
import { dockerExecution, dockerSettings } from './docker-settings.ts'
import { layerCompression, layerMediaType, type ManifestFormat, mediaTypes } from './media-types.ts'
import type { ExecutionConfig, HistoryEntry, ImageConfig } from './model.ts'

/** A layer as a manifest lists it. */
export interface ManifestLayer {
  readonly diffId: Digest
  readonly sizeBytes: number
  /** In compressed form, where it came as that. */
  readonly blob?: { readonly mediaType: string; readonly digest: Digest; readonly size: number }
}

export interface ImageParts {
  readonly format: ManifestFormat
  readonly config: ExecutionConfig
  /** The other fields of the config: architecture, os, author, and what we do not know. */
  readonly properties: Omit<ImageConfig, 'config' | 'rootfs' | 'history' | 'created'>
  /** RFC 3339. */
  readonly created: string
  /** The oldest first. */
  readonly history: readonly HistoryEntry[]
  /** The lowest first. */
  readonly layers: readonly ManifestLayer[]
  /** Of the manifest; docker's format has none. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface ComposedImage {
  readonly config: Buffer
  readonly manifest: { readonly mediaType: string; readonly bytes: Buffer }
  /** Settings that the format has no place for, and that do something. */
  readonly dropped: readonly string[]
}

/**
 * Config and manifest of an image, the same bytes for the same parts. Layers that have no
 * compressed form that the format has a word for are listed uncompressed; who pushes them says what
 * they become.
 *
 * @throws RangeError if the history does not have as many layers as there are
 * @see OCI image-spec, config.md and manifest.md
 */
export function composeImage(parts: ImageParts): ComposedImage {
  const { format, properties, created, history, layers, annotations } = parts
  const filled = history.filter(({ empty_layer }) => empty_layer !== true).length
  if (filled !== layers.length)
    throw new RangeError(`a history of ${filled} layers for ${layers.length}`)
  const kept = Object.entries(parts.config).filter(([name]) => fits(format, name))
  const config = Buffer.from(
    canonicalJson({
      ...properties,
      created,
      config: Object.fromEntries(kept),
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history,
    }),
  )
  const types = mediaTypes[format]
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: sha256(config), size: config.length },
    layers: layers.map((layer) => descriptor(layer, format)),
    ...(format === 'oci' && Object.keys(annotations).length > 0 ? { annotations } : {}),
  }
  return {
    config,
    manifest: { mediaType: types.manifest, bytes: Buffer.from(canonicalJson(manifest)) },
    dropped: [
      ...(format === 'oci' ? dockerSettings(parts.config) : []),
      ...(format === 'docker' && Object.keys(annotations).length > 0 ? ['annotations'] : []),
    ],
  }
}

const fits = (format: ManifestFormat, name: string): boolean =>
  format === 'docker' || !dockerExecution.includes(name)

function descriptor({ diffId, sizeBytes, blob }: ManifestLayer, format: ManifestFormat) {
  const compression = blob === undefined ? undefined : layerCompression(blob.mediaType)
  const mediaType = compression === undefined ? undefined : layerMediaType(format, compression)
  if (blob !== undefined && mediaType !== undefined) return { ...blob, mediaType }
  return { mediaType: layerMediaType(format, 'none'), digest: diffId, size: sizeBytes }
}
