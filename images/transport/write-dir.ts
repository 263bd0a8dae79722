// SPDX-License-Identifier: Apache-2.0
import { closeSync, readdirSync, rmSync } from 'node:fs'
import { digestHex } from '../digest.ts'
import type { ImageManifest } from '../manifest.ts'
import { openBlobFolder } from './blob-folder.ts'
import type { DestinationRequest, ImageDestination } from './destination.ts'
import { invalidPlace } from './failure.ts'
import { inDirectory } from './new-directory.ts'
import { openRoot, stepPath } from './open-below.ts'

/** As containers/image writes it; what reads it knows the directory by this file. */
const VERSION_FILE = 'Directory Transport Version: 1.1\n'

/**
 * The image alone: manifest.json, and beside it the blobs by their hex digits. An image that is
 * there is replaced.
 */
export const dirDestination = (request: DestinationRequest): ImageDestination =>
  inDirectory(request, openImage)

function openImage({ path, place, suffix }: DestinationRequest): ImageDestination {
  const before = readdirSync(path)
  if (before.length > 0 && !before.includes('version')) {
    throw invalidPlace(place, 'it is neither empty nor an image', 'name another directory')
  }
  const root = openRoot(path)
  const folder = openBlobFolder(root, suffix)
  return {
    has: folder.has,
    put: folder.put,
    async commit({ manifest, manifestBytes }) {
      folder.replace('version', Buffer.from(VERSION_FILE))
      folder.replace('manifest.json', manifestBytes)
      for (const name of outdated(before, manifest)) rmSync(stepPath(root, name))
    },
    close: () => closeSync(root),
  }
}

/** Blobs and signatures of the image that was there. */
function outdated(names: readonly string[], { config, layers }: ImageManifest): string[] {
  const kept = new Set([config, ...layers].map(({ digest }) => digestHex(digest)))
  return names.filter((name) => /^(?:[0-9a-f]{64}|signature-[0-9]+)$/.test(name) && !kept.has(name))
}
