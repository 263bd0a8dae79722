// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { invalidArchive, readable } from '../tar/invalid.ts'
import { type ArchiveEntry, indexArchive, normalized } from './archive-index.ts'
import { readSpan, type Span, streamSpan } from './chunks.ts'
import { invalidPlace } from './failure.ts'
import type { ImageFiles } from './files.ts'
import { missingFile } from './missing.ts'
import { spool } from './spool.ts'

/** More steps from link to link than any tool writes. */
const MAX_LINKS = 8

/**
 * The files of an archive. A compressed one is unpacked first, into a file without a name.
 *
 * @param scratch a directory of ours for that
 * @throws TsbuildError ARCHIVE_INVALID, TRANSPORT_INVALID if it is no regular file
 */
export async function openArchiveFiles(
  path: string,
  { place, scratch }: { readonly place: string; readonly scratch: string },
): Promise<ImageFiles> {
  const fd = await openPlain(path, place, scratch)
  try {
    return archiveFiles(fd, place, indexArchive(fd, fstatSync(fd).size))
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Non-blocking: opening a FIFO must not wait for a writer. */
async function openPlain(path: string, place: string, scratch: string): Promise<number> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  let opened: number | undefined
  try {
    if (!fstatSync(fd).isFile()) throw invalidPlace(place, 'it is no regular file')
    opened = await spool(fd, scratch)
    return opened
  } finally {
    if (opened !== fd) closeSync(fd)
  }
}

function archiveFiles(
  fd: number,
  place: string,
  entries: ReadonlyMap<string, ArchiveEntry>,
): ImageFiles {
  const find = (name: string): Span | undefined => {
    let entry = entries.get(normalized(name))
    for (let left = MAX_LINKS; entry?.kind === 'link' && left > 0; left--) {
      entry = entries.get(entry.target)
    }
    if (entry === undefined) return undefined
    if (entry.kind === 'file') return entry
    throw invalidArchive(`${readable(name)} is no file`)
  }
  const found = (name: string): Span => {
    const span = find(name)
    if (span !== undefined) return span
    throw missingFile(place, name)
  }
  return {
    place,
    sizeOf: (name) => find(name)?.sizeBytes,
    read(name, maxBytes) {
      const { offset, sizeBytes } = found(name)
      return readSpan(fd, { offset, sizeBytes: Math.min(sizeBytes, maxBytes + 1) })
    },
    stream: (name) => streamSpan(fd, found(name)),
    close: () => closeSync(fd),
  }
}
