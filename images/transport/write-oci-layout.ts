// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, mkdirSync, readdirSync } from 'node:fs'
import { hasCode } from '../../core/lib/errno.ts'
import { O_PATH } from '../../native-shim/syscalls.ts'
import type { ImageIndex } from '../manifest.ts'
import { openBlobFolder } from './blob-folder.ts'
import type { DestinationRequest, ImageDestination } from './destination.ts'
import { openDirectoryFiles } from './directory-files.ts'
import { invalidPlace } from './failure.ts'
import { inDirectory } from './new-directory.ts'
import { emptyIndex, LAYOUT_FILE, readIndex, withImage } from './oci-index.ts'
import { openBelow, openRoot, stepPath } from './open-below.ts'

/**
 * A layout in a directory. Into one that is there the blobs are added, and its index is exchanged
 * last; other images in it stay.
 *
 * @see OCI image-spec, image-layout.md
 */
export const ociDestination = (request: DestinationRequest): ImageDestination =>
  inDirectory(request, openLayout)

function openLayout(request: DestinationRequest): ImageDestination {
  const { path, suffix, selector } = request
  const index = currentIndex(request)
  const name = selector.kind === 'name' ? selector.name : undefined
  const root = openRoot(path)
  try {
    const folder = openBlobs(root, request.place)
    const layout = openBlobFolder(root, suffix)
    const blobs = openBlobFolder(folder, suffix)
    return {
      has: blobs.has,
      put: blobs.put,
      async commit(image) {
        await blobs.put([image.manifestBytes])
        layout.replace('oci-layout', Buffer.from(LAYOUT_FILE))
        layout.replace('index.json', Buffer.from(JSON.stringify(withImage(index, image, name))))
      },
      close() {
        closeSync(folder)
        closeSync(root)
      },
    }
  } catch (error) {
    closeSync(root)
    throw error
  }
}

/** What another push into the same layout adds meanwhile is not seen: the last one to end wins. */
function currentIndex({ path, place }: DestinationRequest): ImageIndex {
  if (readdirSync(path).length === 0) return emptyIndex()
  const files = openDirectoryFiles(path, place)
  try {
    if (files.sizeOf('oci-layout') !== undefined) return readIndex(files)
    throw invalidPlace(place, 'it is neither empty nor an OCI layout', 'name another directory')
  } finally {
    files.close()
  }
}

/** By descriptor and past no link: the layout may be a stranger's. */
function openBlobs(root: number, place: string): number {
  makeFolder(root, 'blobs')
  const flags = O_PATH | constants.O_DIRECTORY
  try {
    const blobs = openBelow(root, 'blobs', flags)
    try {
      makeFolder(blobs, 'sha256')
      return openBelow(blobs, 'sha256', flags)
    } finally {
      closeSync(blobs)
    }
  } catch (error) {
    if (!hasCode(error, 'ELOOP', 'ENOTDIR')) throw error
    throw invalidPlace(place, 'its directory of blobs is a link', 'name another directory')
  }
}

function makeFolder(directory: number, name: string): void {
  try {
    mkdirSync(stepPath(directory, name))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}
