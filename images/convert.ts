// SPDX-License-Identifier: Apache-2.0
import type { Digest } from './digest.ts'
import { dockerExecution, isUnset } from './docker-settings.ts'
import { isObject, parseForeignJson } from './foreign-json.ts'
import type { Descriptor, ImageManifest } from './manifest.ts'
import {
  type LayerCompression,
  layerCompression,
  layerMediaType,
  type ManifestFormat,
  mediaTypes,
} from './media-types.ts'

/** A layer as it lies at the destination. */
export interface LayerBlob {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly compression: LayerCompression
}

export interface ManifestParts {
  readonly format: ManifestFormat
  readonly config: { readonly digest: Digest; readonly sizeBytes: number }
  /** The lowest first. */
  readonly layers: readonly LayerBlob[]
}

/**
 * The manifest of an image in another format, or with its layers in another form. What `original`
 * says beyond that is kept where the format has a place for it.
 *
 * @throws RangeError for a layer that the format has no word for (zstd in docker's)
 */
export function convertManifest(original: ImageManifest, parts: ManifestParts): Buffer {
  const { format, config, layers } = parts
  const types = mediaTypes[format]
  const { annotations, ...rest } = original
  const { config: oldConfig, layers: oldLayers } = original
  return Buffer.from(
    JSON.stringify({
      ...rest,
      mediaType: types.manifest,
      config: { ...oldConfig, ...place(types.config, config) },
      layers: layers.map((layer, index) => layerDescriptor(format, layer, oldLayers[index])),
      ...(format === 'oci' && annotations !== undefined ? { annotations } : {}),
    }),
  )
}

const place = (mediaType: string, blob: { digest: Digest; sizeBytes: number }) => ({
  mediaType,
  digest: blob.digest,
  size: blob.sizeBytes,
})

/** What was said of other bytes does not hold for these. */
function layerDescriptor(
  format: ManifestFormat,
  layer: LayerBlob,
  old: Descriptor | undefined,
): Descriptor {
  const mediaType = layerMediaType(format, layer.compression)
  if (mediaType === undefined) throw new RangeError(`no ${layer.compression} in ${format} format`)
  const fresh = place(mediaType, layer)
  if (old === undefined || old.digest !== layer.digest) return fresh
  const { annotations, ...rest } = old
  const isKept = format === 'oci' && annotations !== undefined
  return { ...rest, ...fresh, ...(isKept ? { annotations } : {}) }
}

/** Whether a manifest says all this already, so that its bytes can stay as they are. */
export function saysAlready(manifest: ImageManifest, parts: ManifestParts): boolean {
  const { format, config, layers } = parts
  return (
    manifest.config.digest === config.digest &&
    manifest.config.mediaType === mediaTypes[format].config &&
    manifest.layers.length === layers.length &&
    layers.every(({ digest, compression }, index) => {
      const old = manifest.layers[index]
      return old?.digest === digest && layerCompression(old.mediaType) === compression
    })
  )
}

/**
 * A config as the OCI format has it: without what is docker's alone, and what is not set. Bytes
 * that hold nothing of that stay as they are, and so does the id of the image.
 *
 * The other way there is nothing to do: docker's format has all that OCI's has.
 */
export function toOciConfig(bytes: Buffer): Buffer {
  const document = parseForeignJson(bytes, "the image's config")
  const { config } = document
  const execution = isObject(config) ? withoutUnset(without(config, dockerExecution)) : config
  const top = without(document, dockerTop)
  if (top === document && execution === config) return bytes
  return Buffer.from(JSON.stringify(execution === undefined ? top : { ...top, config: execution }))
}

const dockerTop = ['id', 'parent', 'comment', 'container', 'container_config', 'docker_version']

function withoutUnset(config: Record<string, unknown>): Record<string, unknown> {
  const unset = Object.keys(config).filter((name) => isUnset(config[name]))
  return without(config, unset)
}

/** The same object where it has none of these. */
function without(object: Record<string, unknown>, names: readonly string[]) {
  if (!names.some((name) => name in object)) return object
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}
