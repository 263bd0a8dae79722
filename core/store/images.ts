// SPDX-License-Identifier: Apache-2.0
import { normalizeReference } from '../../images/reference.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { readTextIfThere, writeFileAtomic } from '../lib/files.ts'
import { storeExists } from './check-store.ts'
import { recordIds } from './containers.ts'
import { type ImageRecord, parseImageIndex, parseImageRecord } from './image-record.ts'
import { indexPath, recordPath, STORE_VERSION } from './layout.ts'
import { lookUp } from './look-up.ts'

type Paths = Pick<Context, 'paths'>

/** An image with all its names; none when another image took the last one. */
export interface StoredImage {
  readonly id: string
  readonly names: readonly string[]
  readonly record: ImageRecord
}

/**
 * The image of this name (`debian` for `localhost/debian:latest`), id, or beginning of an id that
 * only one has; an id with or without its algorithm.
 *
 * @throws TsbuildError IMAGE_UNKNOWN, STORE_UNSAFE, STORE_NEWER, STORE_CORRUPT
 */
export function findImage(context: Paths, nameOrId: string): StoredImage {
  const all = listImages(context)
  const named = byName(all, nameOrId)
  if (named !== undefined) return named
  const id = nameOrId.replace(/^sha256:/, '')
  const { found, problem, hint } = lookUp({ all, nameOrId: id, list: 'tsbuild images' })
  if (found !== undefined) return found
  const message = `no image ${JSON.stringify(nameOrId)}${problem}`
  throw new TsbuildError('IMAGE_UNKNOWN', message, { hint })
}

/** All images, the newest first. */
export function listImages({ paths }: Paths): StoredImage[] {
  if (!storeExists(paths.root)) return []
  const names = Object.entries(readNames({ paths }))
  return recordIds(paths.root, 'images')
    .map((id) => readImage({ paths }, id))
    .filter((record) => record !== undefined)
    .sort((a, b) => b.created.localeCompare(a.created))
    .map((record) => ({
      id: record.id,
      names: names.filter(([, id]) => id === record.id).map(([name]) => name),
      record,
    }))
}

/** Which image each name means. */
export function readNames({ paths }: Paths): Readonly<Record<string, string>> {
  const text = readTextIfThere(indexPath(paths.root))
  return text === undefined ? {} : parseImageIndex(text, indexPath(paths.root)).names
}

/** Swaps the index: the moment when an image has its name. The store must be locked. */
export function writeNames({ paths }: Paths, names: Readonly<Record<string, string>>): void {
  const index = JSON.stringify({ version: STORE_VERSION, names })
  writeFileAtomic(indexPath(paths.root), `${index}\n`)
}

/** The store must be locked. */
export function writeImage({ paths }: Paths, record: ImageRecord): void {
  const path = recordPath(paths.root, 'images', record.id)
  writeFileAtomic(path, `${JSON.stringify(record)}\n`)
}

/** The record of the image with this id, undefined when there is none. */
export function readImage({ paths }: Paths, id: string): ImageRecord | undefined {
  const path = recordPath(paths.root, 'images', id)
  const text = readTextIfThere(path)
  return text === undefined ? undefined : parseImageRecord(text, path)
}

/** What is no valid name may still be an id. */
function byName(all: readonly StoredImage[], text: string): StoredImage | undefined {
  try {
    const name = normalizeReference(text)
    return all.find(({ names }) => names.includes(name))
  } catch (error) {
    if (error instanceof TsbuildError && error.code === 'REFERENCE_INVALID') return undefined
    throw error
  }
}
