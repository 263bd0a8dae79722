// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto'
import type { Digest } from '../digest.ts'
import type { ImageManifest } from '../manifest.ts'
import { explainPlace } from './failure.ts'
import { showTransport, type Transport, type TransportReference } from './reference.ts'
import { dockerArchiveDestination, ociArchiveDestination } from './write-archive.ts'
import { dirDestination } from './write-dir.ts'
import { ociDestination } from './write-oci-layout.ts'

/** An image as it is to lie at its destination. */
export interface WrittenImage {
  readonly manifest: ImageManifest
  readonly manifestBytes: Buffer
  readonly mediaType: string
  /** Full names, for the destinations that keep them. */
  readonly names: readonly string[]
}

/** A place that an image is written to. Until `commit` nothing has its name. */
export interface ImageDestination {
  /** Whether the place has this blob; `put` is not needed then. */
  has(blob: Blob): boolean
  /** Writes a blob; its digest is taken on the way. The chunks need not outlive the call. */
  put(content: Content, kind: 'layer' | 'config'): Promise<Blob>
  /** The blobs of the manifest were all put. */
  commit(image: WrittenImage): Promise<void>
  /** Takes back what was not committed, and lets go of what is open. */
  close(): void
}

export interface Blob {
  readonly digest: Digest
  readonly sizeBytes: number
}

export type Content = AsyncIterable<Buffer> | Iterable<Buffer>

/**
 * Opens a destination for as long as `use` takes. Whatever ends it before `commit`, what was at
 * the place is there as before.
 *
 * @throws TsbuildError TRANSPORT_INVALID, DISK_FULL
 */
export async function withDestination<Result>(
  reference: TransportReference,
  use: (destination: ImageDestination) => Promise<Result>,
): Promise<Result> {
  const place = showTransport(reference)
  try {
    const suffix = randomBytes(6).toString('hex')
    const destination = openers[reference.transport]({ ...reference, place, suffix })
    try {
      return await use(destination)
    } finally {
      destination.close()
    }
  } catch (error) {
    throw explainPlace('write', place, error)
  }
}

/** A destination to open. */
export interface DestinationRequest extends TransportReference {
  /** For messages. */
  readonly place: string
  /** For the names of temporary files: nobody else has them. */
  readonly suffix: string
}

const openers: Readonly<Record<Transport, (request: DestinationRequest) => ImageDestination>> = {
  oci: ociDestination,
  'oci-archive': ociArchiveDestination,
  'docker-archive': dockerArchiveDestination,
  dir: dirDestination,
}
