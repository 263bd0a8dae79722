// SPDX-License-Identifier: Apache-2.0
import { composeImage } from '../images/compose.ts'
import { fitHistory } from '../images/fit-history.ts'
import type { ManifestFormat } from '../images/media-types.ts'
import type { HistoryEntry } from '../images/model.ts'
import type { Context } from './context.ts'
import { writeIidfile } from './iidfile.ts'
import { imageName } from './image-name.ts'
import { createAbove } from './snapshot/above.ts'
import { describeLayer } from './snapshot/layer.ts'
import { dropMountPoints } from './snapshot/mount-points.ts'
import { reclaim } from './snapshot/reclaim.ts'
import { isUnchanged } from './snapshot/stage.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { writeContainer } from './store/containers.ts'
import { withContent } from './store/content-lock.ts'
import { explainDisk } from './store/disk-full.ts'
import { withContainer } from './store/lock-container.ts'
import { withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'
import { saveImage } from './store/save-image.ts'

export interface CommitRequest {
  readonly container: string
  /** The name of the new image; one that has it loses it. Undefined: it gets none. */
  readonly image: string | undefined
  readonly format: ManifestFormat
  /** All layers become one. */
  readonly squash: boolean
  /** Seconds since 1970: of the image, of its newest history, and of every file in a new layer. */
  readonly timestamp: number | undefined
  /** A file that gets the id. */
  readonly iidfile: string | undefined
}

/**
 * Makes an image of a container's files and configuration. The container goes on: nothing is
 * copied, what it wrote becomes a layer of the image and stays below it.
 *
 * @returns the image's id, which is the digest of its config
 * @throws TsbuildError CONTAINER_UNKNOWN, REFERENCE_INVALID
 */
export async function commit(context: Context, request: CommitRequest): Promise<{ id: string }> {
  const names = request.image === undefined ? [] : [imageName(request.image)]
  try {
    openStore(context)
    reclaim(context)
    const { id } = await withContent(context, () =>
      withContainer(context, request.container, (record) =>
        commitLocked(context, { request, record, names }),
      ),
    )
    writeIidfile(request.iidfile, id)
    return { id }
  } catch (error) {
    throw explainDisk(context, error)
  }
}

interface Commit {
  readonly request: CommitRequest
  readonly record: ContainerRecord
  readonly names: readonly string[]
}

/**
 * The container lets go of its layer before anything else is said of it: its digest is noted
 * beside it, and killed at any moment no container writes to what was digested, or what an image
 * holds.
 */
async function commitLocked(context: Context, { request, record, names }: Commit) {
  const { driver, base, layers, active } = record
  await dropMountPoints(context, record, 'all')
  const own = layers.slice(base.flatMap(({ snapshots }) => snapshots).length)
  const isChanged = driver === 'copy' || !isUnchanged(context, record)
  const top = driver === 'copy' ? await copyOf(context, record) : active
  const changes = isChanged ? [...own, top] : own
  if (isChanged && driver === 'overlay') await letGo(context, record)
  const composed = compose(context, { request, record, changes })
  for (const field of composed.documents.dropped)
    context.warn(`the ${request.format} format has no place for ${field}: left out`)
  const { created, layers: all, documents } = composed
  return saveImage(context, { ...documents, layers: all, created, names })
}

/** The copy is the image's; nobody else knows of it. */
async function copyOf(context: Context, { driver, active }: ContainerRecord): Promise<string> {
  const snapshot = await createAbove(context, { driver, below: [active] })
  snapshot.keep()
  return snapshot.key
}

/** Gives the container a new snapshot to write to, above the one it wrote to. */
async function letGo(context: Context, record: ContainerRecord): Promise<void> {
  const { driver, layers, active } = record
  const snapshot = await createAbove(context, { driver, below: [active] })
  try {
    const next = { ...record, layers: [...layers, active], active: snapshot.key }
    withStoreLock(context, () => writeContainer(context, next))
    snapshot.keep()
  } catch (error) {
    snapshot.discard()
    throw error
  }
}

interface Composition {
  readonly request: CommitRequest
  readonly record: ContainerRecord
  /** What was changed since the image it was made from, the lowest first. */
  readonly changes: readonly string[]
}

function compose(context: Context, { request, record, changes }: Composition) {
  const { squash, timestamp, format } = request
  const { config, properties, base } = record
  const all = base.flatMap(({ snapshots }) => snapshots)
  const content = { snapshots: squash ? [...all, ...changes] : changes, mtime: newTimes(timestamp) }
  const kept = squash ? [] : base
  const isEmpty = content.snapshots.length === 0
  const layers = isEmpty ? kept : [...kept, describeLayer(context, content, kept)]
  const moment = timestamp === undefined ? context.now() : new Date(timestamp * 1000)
  const created = moment.toISOString()
  const { history = [], author, ...rest } = properties
  const entry = historyEntry(record, { created, isEmpty })
  const documents = composeImage({
    format,
    config,
    properties: author === undefined ? rest : { ...rest, author },
    created,
    history: [...fitHistory(history, kept.length), entry],
    layers,
    annotations: record.annotations ?? {},
  })
  return { created, layers, documents }
}

const newTimes = (seconds: number | undefined) =>
  seconds === undefined ? undefined : ({ kind: 'all', seconds } as const)

function historyEntry(
  { createdBy, historyComment, properties: { author } }: ContainerRecord,
  { created, isEmpty }: { readonly created: string; readonly isEmpty: boolean },
): HistoryEntry {
  return {
    created,
    ...(createdBy === '' ? {} : { created_by: createdBy }),
    ...(author === undefined ? {} : { author }),
    ...(historyComment === undefined ? {} : { comment: historyComment }),
    ...(isEmpty ? { empty_layer: true } : {}),
  }
}
