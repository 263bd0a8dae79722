// SPDX-License-Identifier: Apache-2.0
import { composeImage, type ImageFormat } from '../images/compose.ts'
import type { HistoryEntry } from '../images/model.ts'
import type { Context } from './context.ts'
import { writeIidfile } from './iidfile.ts'
import { imageName } from './image-name.ts'
import { createSnapshot } from './snapshot/create.ts'
import { fillSnapshot } from './snapshot/fill.ts'
import { describeLayer } from './snapshot/layer.ts'
import { reclaim } from './snapshot/reclaim.ts'
import { isUnchanged } from './snapshot/stage.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { writeContainer } from './store/containers.ts'
import { withContent } from './store/content-lock.ts'
import { explainDisk } from './store/disk-full.ts'
import { withContainer } from './store/lock-container.ts'
import { withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'
import { saveImageLocked } from './store/save-image.ts'

export interface CommitRequest {
  readonly container: string
  /** The name of the new image; one that has it loses it. Undefined: it gets none. */
  readonly image: string | undefined
  readonly format: ImageFormat
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
      withContainer(context, request.container, async (record) => {
        const frozen = await freeze(context, record)
        const { created, layers, documents } = compose(context, request, frozen)
        for (const field of documents.dropped)
          context.warn(`the ${request.format} format has no place for ${field}: left out`)
        return withStoreLock(context, () =>
          saveImageLocked(context, { ...documents, layers, created, names }),
        )
      }),
    )
    writeIidfile(request.iidfile, id)
    return { id }
  } catch (error) {
    throw explainDisk(context, error)
  }
}

/** A container whose changes nobody writes to any more. */
interface Frozen {
  readonly record: ContainerRecord
  /** What was changed since the image it was made from, the lowest first. */
  readonly changes: readonly string[]
}

/**
 * Gives the container a new snapshot to write to. It lets go of its layer before the image has
 * it: killed in between, no container writes to what an image holds.
 */
async function freeze(context: Context, record: ContainerRecord): Promise<Frozen> {
  const { driver, base, layers, active } = record
  const own = layers.slice(base.flatMap(({ snapshots }) => snapshots).length)
  if (driver === 'overlay' && isUnchanged(context, record)) return { record, changes: own }
  const snapshot = withStoreLock(context, () => createSnapshot(context))
  try {
    await fillSnapshot(context, { fs: snapshot.fs, below: [active], driver })
    const isCopy = driver === 'copy'
    const next = isCopy ? record : { ...record, layers: [...layers, active], active: snapshot.key }
    if (!isCopy) withStoreLock(context, () => writeContainer(context, next))
    snapshot.keep()
    return { record: next, changes: [...own, isCopy ? snapshot.key : active] }
  } catch (error) {
    snapshot.discard()
    throw error
  }
}

function compose(context: Context, request: CommitRequest, { record, changes }: Frozen) {
  const { squash, timestamp, format } = request
  const { config, properties, base } = record
  const all = base.flatMap(({ snapshots }) => snapshots)
  const content = { snapshots: squash ? [...all, ...changes] : changes, ...newTimes(timestamp) }
  const kept = squash ? [] : base
  const isEmpty = content.snapshots.length === 0
  const position = { hasParent: kept.length > 0 }
  const layers = isEmpty ? kept : [...kept, describeLayer(context, content, position)]
  const moment = timestamp === undefined ? context.now() : new Date(timestamp * 1000)
  const created = moment.toISOString()
  const { history = [], author, ...rest } = properties
  const entry = historyEntry({ created, createdBy: record.createdBy, author, isEmpty })
  const documents = composeImage({
    format,
    config,
    properties: author === undefined ? rest : { ...rest, author },
    created,
    history: [...(kept.length === 0 ? history.map(withoutLayer) : history), entry],
    layers,
    annotations: {},
  })
  return { created, layers, documents }
}

const newTimes = (seconds: number | undefined) =>
  seconds === undefined ? {} : { mtime: { kind: 'all' as const, seconds } }

/** Of a step whose layer went into another one. */
const withoutLayer = (entry: HistoryEntry): HistoryEntry => ({ ...entry, empty_layer: true })

interface NewEntry {
  readonly created: string
  readonly createdBy: string
  readonly author: string | undefined
  readonly isEmpty: boolean
}

const historyEntry = ({ created, createdBy, author, isEmpty }: NewEntry): HistoryEntry => ({
  created,
  ...(createdBy === '' ? {} : { created_by: createdBy }),
  ...(author === undefined ? {} : { author }),
  ...(isEmpty ? { empty_layer: true } : {}),
})
