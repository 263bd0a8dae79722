// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import type { HistoryEntry, ImageConfig } from '../images/model.ts'
import { normalizeReference } from '../images/reference.ts'
import type { Context } from './context.ts'
import { canonicalJson } from './lib/canonical-json.ts'
import { TsbuildError } from './lib/errors.ts'
import { createSnapshot, type NewSnapshot } from './snapshot/create.ts'
import { fillSnapshot } from './snapshot/fill.ts'
import { reclaim } from './snapshot/reclaim.ts'
import { isUnchanged } from './snapshot/stage.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { writeContainer } from './store/containers.ts'
import { explainDisk } from './store/disk-full.ts'
import type { ImageRecord } from './store/image-record.ts'
import { readNames, writeImage, writeNames } from './store/images.ts'
import { STORE_VERSION } from './store/layout.ts'
import { withContainer } from './store/lock-container.ts'
import { withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'

export interface CommitRequest {
  readonly container: string
  /** The name of the new image; one that has it loses it. */
  readonly image: string
}

/**
 * Makes an image of a container's files and configuration. The container goes on: nothing is
 * copied, what it wrote becomes a layer of both.
 *
 * @throws TsbuildError CONTAINER_UNKNOWN, REFERENCE_INVALID
 */
export async function commit(
  context: Context,
  request: CommitRequest,
): Promise<{ id: string; name: string }> {
  const name = imageName(request.image)
  try {
    openStore(context)
    reclaim(context)
    const id = await withContainer(context, request.container, (record) =>
      withStoreLock(context, () => commitLocked(context, record, name)),
    )
    return { id, name }
  } catch (error) {
    throw explainDisk(context, error)
  }
}

function imageName(text: string): string {
  if (text !== 'scratch') return normalizeReference(text)
  throw new TsbuildError('REFERENCE_INVALID', 'no image can be named "scratch"', {
    hint: '"tsbuild from scratch" makes an empty container; choose another name',
  })
}

/**
 * The container lets go of its layer before the image has it: killed in between, the image was
 * not made, and no container writes to what an image holds. The index comes last.
 */
function commitLocked(context: Context, record: ContainerRecord, name: string): string {
  const { driver, active } = record
  const unchanged = driver === 'overlay' && isUnchanged(context, record)
  const snapshot = unchanged ? undefined : createSnapshot(context)
  try {
    if (snapshot !== undefined) fillSnapshot(context, { to: snapshot.key, from: active, driver })
    const next = afterwards(record, snapshot)
    const image = newImage(context, record, next.layers)
    const history = image.config.history ?? []
    const properties = { ...record.properties, history }
    writeContainer(context, { ...record, ...next.container, properties })
    writeImage(context, image)
    writeNames(context, { ...readNames(context), [name]: image.id })
    snapshot?.keep()
    return image.id
  } catch (error) {
    snapshot?.discard()
    throw error
  }
}

/** What the image consists of, and what the container does from now on. */
function afterwards(
  { driver, layers, active }: ContainerRecord,
  snapshot: NewSnapshot | undefined,
) {
  if (snapshot === undefined) return { layers, container: {} }
  if (driver === 'copy') return { layers: [snapshot.key], container: {} }
  const all = [...layers, active]
  return { layers: all, container: { layers: all, active: snapshot.key } }
}

function newImage(
  context: Context,
  record: ContainerRecord,
  layers: readonly string[],
): ImageRecord {
  const created = context.now().toISOString()
  const { author, history = [] } = record.properties
  const added: HistoryEntry = {
    created,
    ...(record.createdBy === '' ? {} : { created_by: record.createdBy }),
    ...(author === undefined ? {} : { author }),
    ...(record.driver === 'overlay' && layers.length === record.layers.length
      ? { empty_layer: true }
      : {}),
  }
  const config: ImageConfig = {
    ...record.properties,
    created,
    config: record.config,
    history: [...history, added],
  }
  const content = { layers: [...layers], config }
  const id = createHash('sha256').update(canonicalJson(content)).digest('hex')
  return { version: STORE_VERSION, id, created, ...content }
}
