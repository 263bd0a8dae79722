// SPDX-License-Identifier: Apache-2.0
import { type Static, Type } from '../core/lib/schema.ts'
import type { Digest } from './digest.ts'
import { checkForeign, parseForeignJson } from './foreign-json.ts'
import { invalidManifest } from './invalid-manifest.ts'
import { layerCompression, type ManifestFormat, mediaTypes } from './media-types.ts'

/** Bounds of what a stranger can size. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024
/** What an overlay mount takes. */
const MAX_LAYERS = 500

const Texts = Type.Optional(Type.Record(Type.String(), Type.String()))

const Platform = Type.Object({
  architecture: Type.String(),
  os: Type.String(),
  variant: Type.Optional(Type.String()),
})
export type Platform = Static<typeof Platform>

/** Content, by digest and size in bytes. @see OCI image-spec, descriptor.md */
const Descriptor = Type.Object({
  mediaType: Type.String(),
  digest: Type.Unsafe<Digest>(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })),
  size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  annotations: Texts,
  platform: Type.Optional(Platform),
  urls: Type.Optional(Type.Array(Type.String())),
  artifactType: Type.Optional(Type.String()),
  data: Type.Optional(Type.String()),
})
export type Descriptor = Static<typeof Descriptor>

/** One image. Keys that we do not know are kept. @see OCI image-spec, manifest.md */
const ImageManifest = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  config: Descriptor,
  layers: Type.Array(Descriptor, { maxItems: MAX_LAYERS }),
  annotations: Texts,
})
export type ImageManifest = Static<typeof ImageManifest>

/** Images for several platforms, or several images. @see OCI image-spec, image-index.md */
const ImageIndex = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  manifests: Type.Array(Descriptor),
  annotations: Texts,
})
export type ImageIndex = Static<typeof ImageIndex>

export type Manifest =
  | {
      readonly kind: 'image'
      readonly format: ManifestFormat
      readonly mediaType: string
      readonly manifest: ImageManifest
    }
  | { readonly kind: 'index'; readonly mediaType: string; readonly index: ImageIndex }

/**
 * Reads a manifest or an index, of OCI or of docker's schema 2.
 *
 * What can be read as both is refused, and so is one that states another type than who led here
 * (CVE-2021-41190).
 *
 * @param stated the media type that a descriptor gave; undefined where there was none
 * @throws TsbuildError MANIFEST_INVALID
 */
export function parseManifest(bytes: Buffer, stated: string | undefined): Manifest {
  const what = 'the manifest'
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw invalidManifest(what, `it has more than ${MAX_MANIFEST_BYTES} bytes`)
  }
  const document = parseForeignJson(withoutNulls(bytes), what)
  const mediaType = typeOf(document, stated)
  const hasImage = 'layers' in document || 'config' in document
  if (hasImage && 'manifests' in document) {
    throw invalidManifest(what, 'it can be read as an image and as an index')
  }
  const format = formatOf(mediaType)
  if (mediaType === mediaTypes[format].index) {
    return { kind: 'index', mediaType, index: checkForeign(ImageIndex, document, what) }
  }
  const manifest = checkForeign(ImageManifest, document, what)
  checkContents(manifest, format)
  return { kind: 'image', format, mediaType, manifest }
}

/** `null` stands for "not there" in what Go programs write, and here nowhere for anything else. */
function withoutNulls(bytes: Buffer): Buffer {
  if (!bytes.includes('null')) return bytes
  const document = parseForeignJson(bytes, 'the manifest')
  return Buffer.from(
    JSON.stringify(document, (_key, value: unknown) => (value === null ? undefined : value)),
  )
}

function typeOf(document: Record<string, unknown>, stated: string | undefined): string {
  const { mediaType, schemaVersion } = document
  if (schemaVersion === 1) {
    throw invalidManifest('the manifest', "it is of docker's schema 1, which is not supported")
  }
  const own = typeof mediaType === 'string' && mediaType !== '' ? mediaType : undefined
  if (own !== undefined && stated !== undefined && own !== stated) {
    throw invalidManifest('the manifest', `it is of type ${own}, but was announced as ${stated}`)
  }
  // OCI manifests need not say their type.
  const shape = 'manifests' in document ? mediaTypes.oci.index : mediaTypes.oci.manifest
  return own ?? stated ?? shape
}

function formatOf(mediaType: string): ManifestFormat {
  const formats = ['oci', 'docker'] as const
  const found = formats.find((format) =>
    [mediaTypes[format].manifest, mediaTypes[format].index].some((type) => type === mediaType),
  )
  if (found !== undefined) return found
  throw invalidManifest('the manifest', `its type ${JSON.stringify(mediaType)} is not supported`)
}

/** An artifact is no image, and a layer in a form that we do not know is no layer of ours. */
function checkContents({ config, layers }: ImageManifest, format: ManifestFormat): void {
  const { mediaType } = config
  if (mediaType !== mediaTypes[format].config) {
    const reason = `it is no container image: its config is of type ${JSON.stringify(mediaType)}`
    throw invalidManifest('the manifest', reason)
  }
  const strange = layers.find((layer) => layerCompression(layer.mediaType) === undefined)
  if (strange === undefined) return
  const reason = `a layer is of type ${JSON.stringify(strange.mediaType)}, which is not supported`
  throw invalidManifest('the manifest', reason)
}
