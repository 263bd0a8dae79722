// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { closeSync, constants, openSync } from 'node:fs'
import { decompress } from '../../images/compression.ts'
import type { Digest } from '../../images/digest.ts'
import { applyLayer } from '../../images/layer/apply.ts'
import { O_PATH } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { ImageLayer } from '../store/image-record.ts'
import { snapshotFs } from '../store/layout.ts'
import { createAbove } from './above.ts'
import type { NewSnapshot } from './create.ts'
import type { Below } from './layer.ts'
import { attributeRules, opaqueXattr, ownersOf } from './rules.ts'

export interface UnpackRequest {
  /** What the uncompressed layer must have. */
  readonly diffId: Digest
  /** The layers below it, unpacked. */
  readonly below: Below
}

/**
 * Unpacks a layer of a stranger's image into a snapshot, which nobody names yet. Nothing of it
 * stays when it is not what it should be. The caller is inside `withContent`.
 *
 * @param blob the layer, compressed or not
 * @throws TsbuildError ARCHIVE_INVALID, BLOB_CORRUPT
 */
export async function unpackImageLayer(
  context: Context,
  blob: AsyncIterable<Buffer>,
  { diffId, below }: UnpackRequest,
): Promise<{ layer: ImageLayer; snapshot: NewSnapshot }> {
  const keys = below.flatMap(({ snapshots }) => snapshots)
  // Its own root directory hides those below, and not every layer describes it.
  const snapshot = await createAbove(context, { driver: 'overlay', below: keys })
  try {
    const { content } = await decompress(blob)
    const counted = countBytes(content)
    await applyTo(context, snapshot, { content: counted.content, keys })
    const found = counted.end()
    if (found.diffId !== diffId) throw wrongContent(found.diffId, diffId)
    return { layer: { ...found, snapshots: [snapshot.key] }, snapshot }
  } catch (error) {
    snapshot.discard()
    throw error
  }
}

function countBytes(source: AsyncIterable<Buffer>) {
  const hash = createHash('sha256')
  let sizeBytes = 0
  async function* content() {
    for await (const chunk of source) {
      hash.update(chunk)
      sizeBytes += chunk.length
      yield chunk
    }
  }
  const end = (): { diffId: Digest; sizeBytes: number } => ({
    diffId: `sha256:${hash.digest('hex')}`,
    sizeBytes,
  })
  return { content: content(), end }
}

interface Application {
  readonly content: AsyncIterable<Buffer>
  /** Snapshots below, the lowest first. */
  readonly keys: readonly string[]
}

async function applyTo(
  context: Context,
  { key, fs }: NewSnapshot,
  { content, keys }: Application,
): Promise<void> {
  const { root } = context.paths
  const flags = O_PATH | constants.O_DIRECTORY
  const rootFd = openSync(fs, constants.O_RDONLY | constants.O_DIRECTORY)
  const lower: number[] = []
  try {
    for (const one of [...keys].reverse()) lower.push(openSync(snapshotFs(root, one), flags))
    const rules = attributeRules(context, 'foreign', key)
    const owners = ownersOf(context, keys)
    const target = { rootFd, rules, opaqueXattr: opaqueXattr(context), lower, owners }
    await applyLayer(content, { ...target, form: 'overlay' })
  } finally {
    for (const fd of [rootFd, ...lower]) closeSync(fd)
  }
}

function wrongContent(found: Digest, wanted: Digest): TsbuildError {
  return new TsbuildError('BLOB_CORRUPT', `a layer unpacks to ${found}`, {
    cause: `the image's config says ${wanted}`,
    hint: 'fetch or make the image again where it came from',
  })
}
