// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, realpathSync } from 'node:fs'
import { basename, posix } from 'node:path'
import { openArchive } from '../images/compression.ts'
import type { AttributeRules, Losses } from '../images/unpack/attributes.ts'
import { copyTree } from '../images/unpack/copy-tree.ts'
import { openDirectories } from '../images/unpack/directories.ts'
import { splitPath } from '../images/unpack/names.ts'
import { inspectSource, type Source, sourceFailure } from '../images/unpack/source.ts'
import type { TreeTarget } from '../images/unpack/tree.ts'
import { unpackArchive } from '../images/unpack/unpack-archive.ts'
import type { Context } from './context.ts'
import { toBytes } from './lib/bytes.ts'
import { hasCode } from './lib/errno.ts'
import { TsbuildError } from './lib/errors.ts'
import { withRootfs } from './snapshot/mount.ts'
import { reclaim } from './snapshot/reclaim.ts'
import { attributeRules } from './snapshot/rules.ts'
import { stageChange } from './snapshot/stage.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { explainDisk } from './store/disk-full.ts'
import { withContainer } from './store/lock-container.ts'
import { openStore } from './store/open-store.ts'

export interface AddRequest {
  readonly container: string
  /** Files, directories and archives of the host; archives are unpacked. */
  readonly sources: readonly string[]
  /** In the container; a relative one starts in its working directory. */
  readonly destination: string
}

/**
 * Adds files to a container: what is copied belongs to root and loses set-id bits, an archive
 * keeps what it says. The content of directories and archives goes into the destination; a file
 * does too if that is a directory, or was written with a slash at the end, or there are several
 * sources, and becomes it otherwise.
 *
 * All of it is added or nothing, also when we are killed, as long as the container has fewer than
 * 250 layers; above that a failure can leave a part.
 *
 * @throws TsbuildError CONTAINER_UNKNOWN, PATH_INVALID, ARCHIVE_INVALID, DISK_FULL
 */
export async function add(context: Context, request: AddRequest): Promise<Record<never, never>> {
  const sources = await Promise.all(request.sources.map(inspectSource))
  try {
    openStore(context)
    for (const source of sources) refuseStore(context, source)
    reclaim(context)
    const losses = await withContainer(context, request.container, (record) =>
      change(context, record, async (rootFd, key) => {
        const rules = attributeRules(context, 'foreign', key)
        await addAll({ rootFd, rules, record, sources, request })
        return rules.losses
      }),
    )
    warnOfLosses(context, losses)
    return {}
  } catch (error) {
    throw explainDisk(context, error)
  }
}

/** It would be copied into itself. */
function refuseStore({ paths }: Context, { kind, given, path }: Source): void {
  const inside = `${realpathSync(paths.root)}/`.startsWith(path === '/' ? path : `${path}/`)
  if (kind !== 'directory' || !inside) return
  throw new TsbuildError('PATH_INVALID', `cannot add ${given}: the store ${paths.root} is in it`, {
    hint: 'name the directories in it that you need',
  })
}

/** @param action gets the root directory, and the key of the snapshot that takes the changes */
async function change<Result>(
  context: Context,
  record: ContainerRecord,
  action: (rootFd: number, key: string) => Promise<Result>,
): Promise<Result> {
  const stage = await stageChange(context, record)
  try {
    const { active } = stage.record
    const result = await withRootfs(context, stage.record, (rootFd) => action(rootFd, active))
    stage.accept()
    return result
  } catch (error) {
    stage.discard()
    throw error
  }
}

interface Addition {
  readonly rootFd: number
  readonly rules: AttributeRules
  readonly record: ContainerRecord
  readonly sources: readonly Source[]
  readonly request: AddRequest
}

async function addAll(addition: Addition): Promise<void> {
  const { rootFd, rules, record, sources, request } = addition
  const directory = record.config.WorkingDir ?? '/'
  const path = posix.resolve('/', directory, request.destination).slice(1)
  const target = { rootFd, rules, base: toBytes(path) }
  const named = !/(?:^|\/)\.?$/.test(request.destination) && sources.length === 1
  for (const source of sources) {
    try {
      if (source.kind === 'file') addFile(target, source, named)
      else await addContent(target, source)
    } catch (error) {
      if (hasCode(error, 'ENOSPC', 'EDQUOT')) throw error
      throw sourceFailure(source.given, error, `check the destination ${request.destination}`)
    }
  }
}

/** @param named whether the destination may be the name that the file is to get */
function addFile(target: TreeTarget, source: Source, named: boolean): void {
  const request = { source: toBytes(source.path), ownership: 'as-root' } as const
  if (named && !isDirectory(target)) {
    const [base, name] = splitPath(target.base)
    copyTree({ ...request, name }, { ...target, base })
  } else {
    makeDirectory(target)
    copyTree({ ...request, name: toBytes(basename(source.given)) }, target)
  }
}

async function addContent(target: TreeTarget, { kind, path }: Source): Promise<void> {
  makeDirectory(target)
  if (kind === 'directory') {
    copyTree({ source: toBytes(path), name: '.', ownership: 'as-root' }, target)
  } else if (kind !== 'file') {
    const fd = openSync(path, 'r')
    try {
      await unpackArchive(openArchive(fd, kind), target)
    } finally {
      closeSync(fd)
    }
  }
}

function makeDirectory(target: TreeTarget): void {
  try {
    openOnce(target, 'make')
  } catch (error) {
    if (!hasCode(error, 'ENOTDIR', 'EEXIST', 'ELOOP')) throw error
    throw new Error('the destination is not a directory', { cause: error })
  }
}

function isDirectory(target: TreeTarget): boolean {
  try {
    openOnce(target, 'fail')
    return true
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
    return false
  }
}

function openOnce({ rootFd, rules, base }: TreeTarget, missing: 'make' | 'fail'): void {
  const directories = openDirectories(rootFd, rules.sys)
  try {
    directories.open(base, missing)
  } finally {
    directories.forget()
  }
}

function warnOfLosses({ warn }: Context, { owners, xattrs, sockets }: Losses): void {
  if (owners > 0)
    warn(`${owners} owners of links or special files could not be kept: ids not mapped`)
  if (xattrs > 0) warn(`${xattrs} extended attributes could not be kept`)
  if (sockets > 0) warn(`${sockets} sockets were left out`)
}
