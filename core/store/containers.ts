// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { readTextIfThere, writeFileAtomic } from '../lib/files.ts'
import { storeExists } from './check-store.ts'
import { type ContainerRecord, parseContainerRecord } from './container-record.ts'
import { folders, isId, NAME, recordPath, shortcutPath } from './layout.ts'
import { lookUp } from './look-up.ts'

type Paths = Pick<Context, 'paths'>

/**
 * The container of this name, id, or beginning of an id that only one has.
 *
 * @throws TsbuildError CONTAINER_UNKNOWN, STORE_UNSAFE, STORE_NEWER, STORE_CORRUPT
 */
export function findContainer(context: Paths, nameOrId: string): ContainerRecord {
  const direct = readContainer(context, isId(nameOrId) ? nameOrId : idByName(context, nameOrId))
  if (direct !== undefined && (direct.id === nameOrId || direct.name === nameOrId)) return direct
  const all = listContainers(context).map((record) => ({ ...record, names: [record.name], record }))
  const { found, problem, hint } = lookUp({ all, nameOrId, list: 'tsbuild containers' })
  if (found !== undefined) return found.record
  const message = `no container ${JSON.stringify(nameOrId)}${problem}`
  throw new TsbuildError('CONTAINER_UNKNOWN', message, { hint })
}

/** The container with this id, undefined when there is none. */
export function readContainer({ paths }: Paths, id: string): ContainerRecord | undefined {
  return isId(id) && storeExists(paths.root) ? readRecord(paths.root, id) : undefined
}

function readRecord(root: string, id: string): ContainerRecord | undefined {
  const path = recordPath(root, 'containers', id)
  const text = readTextIfThere(path)
  return text === undefined ? undefined : parseContainerRecord(text, path)
}

/** All containers, the oldest first. */
export function listContainers({ paths }: Paths): ContainerRecord[] {
  if (!storeExists(paths.root)) return []
  return recordIds(paths.root, 'containers')
    .map((id) => readRecord(paths.root, id))
    .filter((record) => record !== undefined)
    .sort((a, b) => a.created.localeCompare(b.created))
}

/**
 * The store must be locked. The record comes last: when this fails there is no container, or it is
 * what it was.
 */
export function writeContainer({ paths }: Paths, record: ContainerRecord): void {
  const { id, name } = record
  if (idByName({ paths }, name) !== id) {
    const shortcut = shortcutPath(paths.root, name)
    rmSync(shortcut, { force: true })
    symlinkSync(id, shortcut)
  }
  writeFileAtomic(recordPath(paths.root, 'containers', id), `${JSON.stringify(record)}\n`)
}

/** Forgets a container. The store must be locked, and so must the container. */
export function dropContainer({ paths }: Paths, { id, name }: ContainerRecord): void {
  rmSync(recordPath(paths.root, 'containers', id), { force: true })
  rmSync(shortcutPath(paths.root, name), { force: true })
}

/**
 * A link from a name to an id, so that `run` reads one record and not all. Nobody trusts it: the
 * record must bear the name, else all are read.
 */
function idByName({ paths }: Paths, name: string): string {
  try {
    return NAME.test(name) ? readlinkSync(shortcutPath(paths.root, name)) : ''
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL', 'ENAMETOOLONG', 'EACCES')) return ''
    throw error
  }
}

/** Ids of the records in a folder of the store. */
export function recordIds(root: string, kind: 'containers' | 'images'): string[] {
  return namesIn(`${root}/${folders[kind]}`)
    .map((name) => name.replace(/\.json$/, ''))
    .filter(isId)
}

/** A store that is just being made has no folders yet. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
