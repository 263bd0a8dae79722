// SPDX-License-Identifier: Apache-2.0
import { closeSync } from 'node:fs'
import { detectPacking, openArchive, type Packing } from '../../images/compression.ts'
import type { FileEntry } from '../../images/tar/entry.ts'
import { readTar } from '../../images/tar/read.ts'
import type { AttributeRules } from '../../images/unpack/attributes.ts'
import { splitPath } from '../../images/unpack/names.ts'
import type { TreeTarget } from '../../images/unpack/tree.ts'
import { createTreeWriter } from '../../images/unpack/tree-writer.ts'
import { unpackArchive } from '../../images/unpack/unpack-archive.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { Owner } from './attributes.ts'
import { inDirectory } from './links.ts'
import { openSource } from './read-source.ts'
import type { Selection, SourceMatch } from './selection.ts'

/** The sources that are archives, by their content, and how they are packed. */
export type Archives = ReadonlyMap<SourceMatch, Exclude<Packing, 'none'>>

/** @throws TsbuildError ARCHIVE_INVALID, for one that we cannot read */
export async function findArchives(selection: Selection): Promise<Archives> {
  const archives = new Map<SourceMatch, Exclude<Packing, 'none'>>()
  for (const match of selection.matches) {
    if (match.kind !== 'file' || match.items[0]?.type !== 'file') continue
    const packing = await withFile(selection, match, async (fd) => await detectPacking(fd))
    if (packing !== 'none') archives.set(match, packing)
  }
  return archives
}

/** Unpacks an archive into the directory `base`; its own owners are kept unless told otherwise. */
export async function unpackSource(request: {
  readonly selection: Selection
  readonly match: SourceMatch
  readonly packing: Exclude<Packing, 'none'>
  readonly target: {
    readonly rootFd: number
    readonly rules: AttributeRules
    chown?: Owner | undefined
  }
  readonly base: string
}): Promise<void> {
  const { selection, match, packing, base } = request
  const { rootFd, rules, chown } = request.target
  await withFile(selection, match, async (fd) => {
    const content = openArchive(fd, packing)
    const target = { rootFd, rules, base }
    if (chown === undefined) await unpackArchive(content, target)
    else await unpackOwned(content, target, chown)
  })
}

async function unpackOwned(
  content: AsyncIterable<Buffer>,
  target: TreeTarget,
  owner: Owner,
): Promise<void> {
  const writer = createTreeWriter(target)
  const { uid, gid } = owner
  try {
    await readTar(content, (entry: FileEntry) => writer.put({ ...entry, uid, gid }))
    writer.finish()
  } finally {
    writer.close()
  }
}

async function withFile<Result>(
  selection: Selection,
  { given, path }: SourceMatch,
  action: (fd: number) => Promise<Result>,
): Promise<Result> {
  const [parent, name] = splitPath(path)
  try {
    const fd = inDirectory(selection, parent, (directory) => openSource(`${directory}/${name}`))
    try {
      return await action(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (hasCode(error, 'ENOSPC', 'EDQUOT')) throw error
    throw unpackFailure(given, error)
  }
}

function unpackFailure(given: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const hint = 'make the archive again, or unpack it elsewhere and add the directory'
  if (error instanceof TsbuildError) {
    return new TsbuildError(error.code, `cannot unpack ${given}`, {
      cause: error,
      hint: error.hint ?? hint,
    })
  }
  if (!('code' in error)) return error
  return new TsbuildError('PATH_INVALID', `cannot copy ${JSON.stringify(given)}`, {
    cause: error,
    hint,
  })
}
