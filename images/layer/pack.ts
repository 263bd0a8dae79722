// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { O_PATH, type Syscalls } from '../../native-shim/syscalls.ts'
import { BLOCK_BYTES } from '../tar/block.ts'
import { type Directories, openDirectories } from '../unpack/directories.ts'
import type { RecordWriters } from '../unpack/inode-record.ts'
import { readOwners } from '../unpack/owner-table.ts'
import { type Chunks, createChunks, makeRoom, takeChunk } from './chunks.ts'
import { packContent } from './content.ts'
import { createDescriber, type Describer, type MtimeRule } from './layer-entry.ts'
import { type MergedItem, walkMerged } from './merge.ts'
import { encodeHeader } from './tar-header.ts'

export interface LayerDirectory {
  /** A directory with files in the form of an upper one of overlay. A byte string. */
  readonly fs: string
  /** The table with owners of its links and special files, which may be absent. */
  readonly owners: string
}

export interface PackRequest {
  /** Lowest first; the upper hide the lower: merged to one layer. */
  readonly directories: readonly LayerDirectory[]
  /** Whether other layers lie below: without them whiteouts and opaque marks are dropped. */
  readonly hasParent: boolean
  /**
   * The uppermost directory of the layers below: the layer has an entry for its root if that is
   * another than this one's. Without it the root that readers start with counts: root's, 0755.
   */
  readonly parent?: Pick<LayerDirectory, 'fs'> | undefined
  readonly sys: Syscalls
  readonly mtime?: MtimeRule | undefined
  /** 'anyone' where containers have more than a single id. */
  readonly recordWriters?: RecordWriters | undefined
}

/**
 * The layer as an uncompressed tar in chunks of at most 1 MiB, each valid until the next one is
 * asked for. The same tree gives the same bytes, also when its owners are records of ours.
 *
 * The root directory has an entry (`./`) only if its mode, owner or attributes were changed:
 * layers of other tools have none, and its time says nothing. Sockets are left out: they only
 * live with the program that made them.
 *
 * @throws TsbuildError PATH_INVALID for a file whose name or attribute a layer cannot hold
 * @see OCI image-spec, layer.md
 */
export function* packLayer(request: PackRequest): Generator<Buffer> {
  const { sys, hasParent, directories } = request
  const chunks = createChunks()
  const describer = createDescriber(request, readOwners(directories.map(({ owners }) => owners)))
  const maxOpen = Math.max(2, Math.floor(MAX_OPEN / directories.length))
  const rootFds: number[] = []
  const trees: Directories[] = []
  try {
    for (const { fs } of directories) rootFds.push(openRoot(fs))
    for (const fd of rootFds) trees.push(openDirectories(fd, sys, { maxOpen }))
    for (const item of walkMerged({ trees, hasParent, sys })) {
      yield* packItem(item, { describer, chunks, sys })
    }
    yield* packBytes(END_OF_ARCHIVE, chunks)
    yield takeChunk(chunks)
  } finally {
    for (const directory of trees) directory.forget()
    for (const fd of rootFds) closeSync(fd)
  }
}

/** Directories that are kept open, all trees together. */
const MAX_OPEN = 256
const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK_BYTES)

const openRoot = (fs: string): number =>
  openSync(bytePath(fs), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW)

interface Packing {
  readonly describer: Describer
  readonly chunks: Chunks
  readonly sys: Syscalls
}

function* packItem(item: MergedItem, { describer, chunks, sys }: Packing): Generator<Buffer> {
  const entry = describer.describe(item)
  if (entry === undefined) return
  yield* packBytes(encodeHeader(entry), chunks)
  if (entry.sizeBytes === 0 || item.kind !== 'file') return
  const { path, sizeBytes } = entry
  const hasHoles = Number(item.stats.blocks) * BLOCK_BYTES < sizeBytes
  yield* packContent({ place: item.place, path, sizeBytes, hasHoles }, { chunks, sys })
}

function* packBytes(bytes: Buffer, chunks: Chunks): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const room = yield* makeRoom(chunks, bytes.length - at)
    bytes.copy(chunks.buffer, chunks.used, at, at + room)
    chunks.used += room
    at += room
  }
}
