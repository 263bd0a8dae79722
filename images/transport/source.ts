// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, ImageManifest } from '../manifest.ts'
import type { ManifestFormat } from '../media-types.ts'
import { openArchiveFiles } from './archive-files.ts'
import { openDirectoryFiles } from './directory-files.ts'
import { explainPlace } from './failure.ts'
import type { ImageFiles } from './files.ts'
import { readDirImage } from './read-dir.ts'
import { readDockerArchive } from './read-docker-archive.ts'
import { readOciLayout } from './read-oci-layout.ts'
import { showTransport, type TransportReference } from './reference.ts'

/** An image outside of the store, open for reading. Nothing in it is to be trusted. */
export interface ImageSource {
  readonly format: ManifestFormat
  /** Verified against what led to it, and checked. */
  readonly manifest: ImageManifest
  readonly mediaType: string
  /** As it is there; a docker archive has none, there it is made up from what is. */
  readonly manifestBytes: Buffer
  /** Full names that the place gives the image. */
  readonly names: readonly string[]
  /** A config or a layer, in chunks. Who reads it verifies digest and size. */
  stream(descriptor: Descriptor): Iterable<Buffer>
}

/**
 * Opens an image for as long as `use` takes.
 *
 * @param scratch a directory of ours, where a compressed archive is unpacked to
 * @throws TsbuildError TRANSPORT_INVALID, ARCHIVE_INVALID, MANIFEST_INVALID, BLOB_CORRUPT,
 *   IMAGE_UNKNOWN when the place has no image of that name, or several and none was named
 */
export async function withSource<Result>(
  reference: TransportReference,
  { scratch }: { readonly scratch: string },
  use: (source: ImageSource) => Promise<Result>,
): Promise<Result> {
  const place = showTransport({ ...reference, selector: { kind: 'any' } })
  const files = await openFiles(reference, place, scratch)
  try {
    const source = openImage(files, reference)
    return await use({ ...source, stream: (blob) => explained(source.stream(blob), place) })
  } finally {
    files.close()
  }
}

async function openFiles(
  { transport, path }: TransportReference,
  place: string,
  scratch: string,
): Promise<ImageFiles> {
  try {
    const isArchive = transport === 'oci-archive' || transport === 'docker-archive'
    return isArchive
      ? await openArchiveFiles(path, { place, scratch })
      : openDirectoryFiles(path, place)
  } catch (error) {
    throw explainPlace('read', place, error)
  }
}

function openImage(files: ImageFiles, { transport, path, selector }: TransportReference) {
  try {
    return readers[transport](files, { path, selector })
  } catch (error) {
    throw explainPlace('read', files.place, error)
  }
}

function* explained(content: Iterable<Buffer>, place: string): Generator<Buffer> {
  try {
    yield* content
  } catch (error) {
    throw explainPlace('read', place, error)
  }
}

const readers: Readonly<
  Record<
    TransportReference['transport'],
    (files: ImageFiles, where: Pick<TransportReference, 'path' | 'selector'>) => ImageSource
  >
> = {
  oci: (files, { path, selector }) =>
    readOciLayout(files, { selector, namedBy: { kind: 'path', path } }),
  'oci-archive': (files, { selector }) =>
    readOciLayout(files, { selector, namedBy: { kind: 'annotation' } }),
  'docker-archive': (files, { selector }) => readDockerArchive(files, selector),
  dir: (files) => readDirImage(files),
}
