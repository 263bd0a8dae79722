// SPDX-License-Identifier: Apache-2.0
import { type Body, placeBody, type StoredBody } from '../tar/body.ts'
import type { FileEntry } from '../tar/entry.ts'
import { cutOff } from '../tar/framing.ts'
import { invalidArchive } from '../tar/invalid.ts'
import { type RawHeader, walkBlocks } from '../tar/walk.ts'
import { layerEntry } from './header.ts'

/** Reads a layer as it comes, without waiting: what takes the content is called at once. */
export interface LayerReader {
  /** A chunk must not change after it was handed over. */
  push(chunk: Buffer): void
  /** @throws TsbuildError ARCHIVE_INVALID if the layer stopped in the middle of an entry */
  end(): void
}

/** An archive of more is refused: a few megabytes of it could use up every inode of a disk. */
const MAX_ENTRIES = 4_000_000

/**
 * A layer may lack its end marker, as those of some tools do: digests tell whether it is complete.
 * What stands behind the marker is not looked at.
 *
 * @param visit called for each entry in order; it returns what takes the content
 */
export function createLayerReader(visit: (entry: FileEntry) => Body): LayerReader {
  let body: StoredBody | undefined
  let left = 0
  let entries = 0
  const begin = (raw: RawHeader) => {
    entries += 1
    if (entries > MAX_ENTRIES) throw invalidArchive(`it has more than ${MAX_ENTRIES} entries`)
    const entry = layerEntry(raw)
    body = entry === undefined ? noBody : placeBody(raw, visit(entry))
    left = raw.sizeBytes
    if (left === 0) body.end()
  }
  const blocks = walkBlocks(begin)
  const see = (part: Buffer, use: string) => {
    // The rest of the last block is padding.
    if (use !== 'data' || body === undefined || left === 0) return
    const content = part.subarray(0, left)
    body.write(content)
    left -= content.length
    if (left === 0) body.end()
  }
  return {
    push: (chunk) => blocks.push(chunk, see),
    end() {
      if (blocks.state() === 'inside') throw cutOff()
    },
  }
}

const noBody: StoredBody = { write: () => {}, end: () => {} }
