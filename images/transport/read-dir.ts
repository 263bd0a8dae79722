// SPDX-License-Identifier: Apache-2.0
import { digestHex } from '../digest.ts'
import { invalidManifest } from '../invalid-manifest.ts'
import { MAX_MANIFEST_BYTES, parseManifest } from '../manifest.ts'
import { invalidPlace } from './failure.ts'
import type { ImageFiles } from './files.ts'
import type { ImageSource } from './source.ts'

/** What skopeo calls a directory: manifest.json, and beside it the blobs by their hex digits. */
export function readDirImage(files: ImageFiles): ImageSource {
  if (files.sizeOf('manifest.json') === undefined) {
    throw invalidPlace(files.place, 'it has no manifest.json')
  }
  const manifestBytes = files.read('manifest.json', MAX_MANIFEST_BYTES)
  const parsed = parseManifest(manifestBytes, undefined)
  if (parsed.kind !== 'image') {
    throw invalidManifest('manifest.json', 'it lists several images, choose one when you copy them')
  }
  return {
    format: parsed.format,
    manifest: parsed.manifest,
    mediaType: parsed.mediaType,
    manifestBytes,
    names: [],
    stream: ({ digest }) => files.stream(digestHex(digest)),
  }
}
