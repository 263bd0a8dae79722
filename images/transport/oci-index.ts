// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../digest.ts'
import { invalidManifest } from '../invalid-manifest.ts'
import { type Descriptor, type ImageIndex, MAX_MANIFEST_BYTES, parseManifest } from '../manifest.ts'
import { mediaTypes } from '../media-types.ts'
import type { WrittenImage } from './destination.ts'
import type { ImageFiles } from './files.ts'

/** Where an entry of an index has the name of its image. @see OCI image-spec, annotations.md */
export const REF_NAME = 'org.opencontainers.image.ref.name'

/** The content of the file `oci-layout`. */
export const LAYOUT_FILE = '{"imageLayoutVersion":"1.0.0"}'

export const emptyIndex = (): ImageIndex => ({
  schemaVersion: 2,
  mediaType: mediaTypes.oci.index,
  manifests: [],
})

/** @throws TsbuildError MANIFEST_INVALID */
export function readIndex(files: ImageFiles): ImageIndex {
  const parsed = parseManifest(files.read('index.json', MAX_MANIFEST_BYTES), undefined)
  if (parsed.kind === 'index') return parsed.index
  throw invalidManifest('index.json', 'it is no index')
}

/**
 * The index with one more image. It takes the name from the image that has it; an image without a
 * name takes the place of the one without. The others stay.
 */
export function withImage(
  index: ImageIndex,
  { manifestBytes, mediaType }: Pick<WrittenImage, 'manifestBytes' | 'mediaType'>,
  name: string | undefined,
): ImageIndex {
  const others = index.manifests.filter(({ annotations }) => annotations?.[REF_NAME] !== name)
  const added: Descriptor = {
    mediaType,
    digest: sha256(manifestBytes),
    size: manifestBytes.length,
    ...(name === undefined ? {} : { annotations: { [REF_NAME]: name } }),
  }
  return { ...index, manifests: [...others, added] }
}
