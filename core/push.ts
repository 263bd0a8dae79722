// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs'
import { convertManifest, type LayerBlob, saysAlready, toOciConfig } from '../images/convert.ts'
import { type Digest, sha256 } from '../images/digest.ts'
import { dockerSettings } from '../images/docker-settings.ts'
import { parseImageConfig } from '../images/image-config.ts'
import { parseManifest } from '../images/manifest.ts'
import { type ManifestFormat, mediaTypes } from '../images/media-types.ts'
import { type WrittenImage, withDestination } from '../images/transport/destination.ts'
import { type Form, formFor } from '../images/transport/forms.ts'
import { fullName } from '../images/transport/names.ts'
import { parseTransport, type TransportReference } from '../images/transport/reference.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import { pushLayer } from './push-layer.ts'
import { withContent } from './store/content-lock.ts'
import { findImage, type StoredImage } from './store/images.ts'
import { openStore } from './store/open-store.ts'
import { type ImageDocuments, readDocuments } from './stored-image.ts'

export interface PushRequest {
  /** A name or an id. */
  readonly image: string
  /** A transport and a place. */
  readonly destination: string
  /** That of the stored image where the transport can hold it. */
  readonly format: ManifestFormat | undefined
  /** Whether layers that are not compressed get so. */
  readonly compress: boolean
  /** A file that gets the digest of the manifest. */
  readonly digestfile: string | undefined
  /** Told what is done next. */
  readonly progress: (step: string) => void
}

/**
 * Writes an image to a place outside of the store. The same image gives the same bytes there.
 *
 * @returns the digest of the manifest that was written
 * @throws TsbuildError IMAGE_UNKNOWN, TRANSPORT_INVALID, BLOB_CORRUPT, STORE_CORRUPT, DISK_FULL
 */
export async function push(context: Context, request: PushRequest): Promise<{ digest: Digest }> {
  const reference = parseTransport(request.destination)
  if (reference.selector.kind === 'index') throw byPlace(request.destination)
  openStore(context)
  const digest = await withContent(context, () => {
    const image = findImage(context, request.image)
    return pushImage(context, { request, reference, image })
  })
  writeDigest(request.digestfile, digest)
  return { digest }
}

function byPlace(destination: string): TsbuildError {
  return new TsbuildError('TRANSPORT_INVALID', `an image cannot be written to "${destination}"`, {
    hint: 'a place ("@0") is for reading; name the image after the path and ":"',
  })
}

interface ImagePush {
  readonly request: PushRequest
  readonly reference: TransportReference
  readonly image: StoredImage
}

async function pushImage(context: Context, push: ImagePush): Promise<Digest> {
  const { request, reference, image } = push
  const documents = readDocuments(context, image)
  const { format, compress, progress } = request
  const form = formFor(reference.transport, { stored: documents.format, format, compress })
  return withDestination(reference, async (destination) => {
    const layers: LayerBlob[] = []
    for (const [index, layer] of image.record.layers.entries()) {
      progress(`layer ${layer.diffId}`)
      const below = image.record.layers.slice(0, index)
      layers.push(await pushLayer(context, { layer, below, form, destination }))
    }
    progress(`config sha256:${image.id}`)
    const config = await destination.put([configFor(context, documents, form)], 'config')
    const manifestBytes = manifestFor(documents, { format: form.format, config, layers })
    progress(`manifest ${sha256(manifestBytes)}`)
    // Asked for by its id, it is nameless there.
    const names = image.names.filter((name) => name === fullName(request.image))
    await destination.commit({ ...written(manifestBytes, form), names })
    return sha256(manifestBytes)
  })
}

function configFor(
  context: Context,
  { format, config, manifest }: ImageDocuments,
  form: Form,
): Buffer {
  if (form.format === 'docker' || format === 'oci') return config
  const { config: settings = {} } = parseImageConfig(config, manifest.layers.length).config
  for (const field of dockerSettings(settings))
    context.warn(`the oci format has no place for ${field}: left out`)
  return toOciConfig(config)
}

function manifestFor(
  { manifest, manifestBytes }: ImageDocuments,
  parts: Parameters<typeof convertManifest>[1],
): Buffer {
  return saysAlready(manifest, parts) ? manifestBytes : convertManifest(manifest, parts)
}

function written(manifestBytes: Buffer, { format }: Form): Omit<WrittenImage, 'names'> {
  const mediaType = mediaTypes[format].manifest
  const parsed = parseManifest(manifestBytes, mediaType)
  if (parsed.kind !== 'image') throw new TypeError('what we wrote is the manifest of an image')
  return { manifest: parsed.manifest, manifestBytes, mediaType }
}

/** Like an id in other files of this kind: without a line end. */
function writeDigest(path: string | undefined, digest: Digest): void {
  if (path === undefined) return
  try {
    writeFileSync(path, digest)
  } catch (cause) {
    throw new TsbuildError('PATH_INVALID', `cannot write the digest to ${path}`, {
      cause,
      hint: 'the image was pushed; name a file that you can write',
    })
  }
}
