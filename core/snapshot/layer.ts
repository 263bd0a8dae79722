// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { Digest } from '../../images/digest.ts'
import { packLayer } from '../../images/layer/pack.ts'
import { syscalls } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { toBytes } from '../lib/bytes.ts'
import { readTextIfThere } from '../lib/files.ts'
import type { ImageLayer } from '../store/image-record.ts'
import { snapshotFs, snapshotName, snapshotOwners } from '../store/layout.ts'
import { mayGiveAway } from './rules.ts'

/** What decides the bytes of a layer: the same again gives the same tar. */
export interface LayerContent {
  /** The lowest first. */
  readonly snapshots: readonly string[]
  readonly mtime?: ImageLayer['mtime'] | undefined
}

/** The layers of an image that lie below one: it says only what it changes of them. */
export type Below = readonly Pick<LayerContent, 'snapshots'>[]

/** The layer as an uncompressed tar; a chunk is valid until the next one. */
export function packImageLayer(
  { paths, rights }: Pick<Context, 'paths' | 'rights'>,
  { snapshots, mtime }: LayerContent,
  below: Below,
): Generator<Buffer> {
  const directory = (key: string) => ({
    fs: toBytes(snapshotFs(paths.root, key)),
    owners: snapshotOwners(paths.root, key),
  })
  const parent = topOf(below)
  return packLayer({
    directories: snapshots.map(directory),
    hasParent: below.length > 0,
    parent: parent === undefined ? undefined : directory(parent),
    sys: syscalls(),
    mtime,
    recordWriters: rights.rung === 4 || !mayGiveAway(rights) ? 'root' : 'anyone',
  })
}

const topOf = (below: Below): string | undefined => below.at(-1)?.snapshots.at(-1)

/**
 * The layer that these snapshots are. Its digest costs reading all of it, once: it is noted beside
 * the uppermost, and nobody writes to a snapshot that is part of a layer.
 */
export function describeLayer(
  context: Pick<Context, 'paths' | 'rights' | 'trace'>,
  content: LayerContent,
  below: Below,
): ImageLayer {
  const { snapshots, mtime } = content
  const layer = { snapshots: [...snapshots], ...(mtime === undefined ? {} : { mtime }) }
  const note = notePath(context, content)
  const wanted = JSON.stringify([snapshots, mtime ?? null, topOf(below) ?? null])
  const known = readNote(note, wanted)
  if (known !== undefined) return { ...layer, ...known }
  const start = performance.now()
  const hash = createHash('sha256')
  let sizeBytes = 0
  for (const chunk of packImageLayer(context, content, below)) {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  const diffId: Digest = `sha256:${hash.digest('hex')}`
  const ms = performance.now() - start
  context.trace('layer', 'digested', { snapshots, diffId, sizeBytes, ms })
  writeFileSync(note, JSON.stringify({ wanted, diffId, sizeBytes }), { mode: 0o600 })
  return { ...layer, diffId, sizeBytes }
}

function notePath({ paths }: Pick<Context, 'paths'>, { snapshots }: LayerContent): string {
  const top = snapshots.at(-1)
  if (top === undefined) throw new TypeError('a layer has at least one snapshot')
  return `${paths.root}/${snapshotName(top)}/layer.json`
}

/** A note that is cut off, or is about something else, is none. */
function readNote(path: string, wanted: string) {
  try {
    const note: unknown = JSON.parse(readTextIfThere(path) ?? 'null')
    return isNote(note) && note.wanted === wanted
      ? { diffId: note.diffId, sizeBytes: note.sizeBytes }
      : undefined
  } catch {
    return undefined
  }
}

interface Note {
  readonly wanted: string
  readonly diffId: Digest
  readonly sizeBytes: number
}

const isNote = (value: unknown): value is Note =>
  typeof value === 'object' && value !== null && 'wanted' in value && 'sizeBytes' in value
