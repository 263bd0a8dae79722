// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../core/lib/errors.ts'
import { Type } from '../../core/lib/schema.ts'
import { type Digest, digestHex } from '../digest.ts'
import { checkForeign, parseForeignJson } from '../foreign-json.ts'
import { invalidManifest } from '../invalid-manifest.ts'
import { type Descriptor, MAX_MANIFEST_BYTES, parseManifest } from '../manifest.ts'
import { choosePlatform, hostPlatform } from '../platform.ts'
import { invalidPlace } from './failure.ts'
import type { ImageFiles } from './files.ts'
import { fullName, nameOfPath } from './names.ts'
import { REF_NAME, readIndex } from './oci-index.ts'
import type { Selector } from './reference.ts'
import type { ImageSource } from './source.ts'
import { readVerified } from './verified.ts'

export interface LayoutOptions {
  readonly selector: Selector
  /** Where an image from a layout has its name from. */
  readonly namedBy:
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'annotation' }
}

const Layout = Type.Object({ imageLayoutVersion: Type.String() })

/** An index may list indexes; nobody makes more than two levels. */
const MAX_INDEXES = 4

/** @see OCI image-spec, image-layout.md */
export function readOciLayout(files: ImageFiles, options: LayoutOptions): ImageSource {
  checkLayout(files)
  const chosen = choose(readIndex(files).manifests, options.selector, files.place)
  const { descriptor, bytes, parsed } = readImage(files, chosen)
  const { namedBy } = options
  const given = namedBy.kind === 'path' ? undefined : chosen.annotations?.[REF_NAME]
  const name = namedBy.kind === 'path' ? nameOfPath(namedBy.path) : given && fullName(given)
  return {
    format: parsed.format,
    manifest: parsed.manifest,
    mediaType: descriptor.mediaType,
    manifestBytes: bytes,
    names: name === undefined || name === '' ? [] : [name],
    stream: ({ digest }) => files.stream(blobName(digest)),
  }
}

function checkLayout(files: ImageFiles): void {
  if (files.sizeOf('index.json') === undefined) {
    throw invalidPlace(files.place, 'it has no index.json: it is no OCI layout')
  }
  if (files.sizeOf('oci-layout') === undefined) {
    throw invalidPlace(files.place, 'it has no oci-layout file: it is no OCI layout')
  }
  const document = parseForeignJson(readSmall(files, 'oci-layout'), 'the oci-layout file')
  const { imageLayoutVersion: version } = checkForeign(Layout, document, 'the oci-layout file')
  if (version.startsWith('1.')) return
  throw invalidPlace(
    files.place,
    `its layout has version ${JSON.stringify(version)}, 1.0.0 is known`,
  )
}

/** One byte too many is for the parser to refuse. */
const readSmall = (files: ImageFiles, name: string): Buffer => files.read(name, MAX_MANIFEST_BYTES)

export const blobName = (digest: Digest): string => `blobs/sha256/${digestHex(digest)}`

function choose(manifests: readonly Descriptor[], selector: Selector, place: string): Descriptor {
  const nameOf = ({ annotations }: Descriptor) => annotations?.[REF_NAME]
  const names = manifests.map(nameOf).filter((name) => name !== undefined)
  if (selector.kind === 'name') {
    const found = manifests.find((descriptor) => nameOf(descriptor) === selector.name)
    if (found !== undefined) return found
    throw unknownImage(`no image ${JSON.stringify(selector.name)} in ${place}`, names)
  }
  const index = selector.kind === 'index' ? selector.index : 0
  const found = manifests[index]
  if (selector.kind === 'any' && manifests.length > 1) {
    throw unknownImage(`${place} holds ${manifests.length} images`, names)
  }
  if (found !== undefined) return found
  throw unknownImage(`no image @${index} in ${place}, which holds ${manifests.length}`, names)
}

/** @param names those that there are */
export function unknownImage(message: string, names: readonly string[]): TsbuildError {
  const shown = [...new Set(names)].slice(0, 10).map((name) => JSON.stringify(name))
  return new TsbuildError('IMAGE_UNKNOWN', message, {
    hint:
      shown.length === 0
        ? 'no image there has a name: choose one by its place, with ":@0"'
        : `name one of these after the path and ":": ${shown.join(', ')}`,
  })
}

/** Goes through indexes to the image for this machine. */
function readImage(files: ImageFiles, start: Descriptor) {
  let descriptor = start
  for (let left = MAX_INDEXES; left > 0; left--) {
    const content = files.stream(blobName(descriptor.digest))
    const bytes = readVerified(content, descriptor, MAX_MANIFEST_BYTES)
    const parsed = parseManifest(bytes, descriptor.mediaType)
    if (parsed.kind === 'image') return { descriptor, bytes, parsed }
    descriptor = choosePlatform(parsed.index, hostPlatform())
  }
  throw invalidManifest('the index', `there are more than ${MAX_INDEXES} indexes in each other`)
}
