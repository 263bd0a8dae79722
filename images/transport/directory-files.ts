// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync } from 'node:fs'
import { fromBytes } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import { readSpan, streamSpan } from './chunks.ts'
import { invalidPlace } from './failure.ts'
import type { ImageFiles } from './files.ts'
import { missingFile } from './missing.ts'
import { openBelow, openRoot } from './open-below.ts'

/** Non-blocking: opening a FIFO must not wait for a writer. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/**
 * The files of a directory. A link in it is refused wherever it leads: the directory may be a
 * stranger's, and what we read becomes part of an image.
 */
export function openDirectoryFiles(path: string, place: string): ImageFiles {
  const root = openRoot(path)
  const find = (name: string): OpenFile | undefined => openFile({ root, place, name })
  const found = (name: string): OpenFile => {
    const file = find(name)
    if (file !== undefined) return file
    throw missingFile(place, name)
  }
  return {
    place,
    sizeOf(name) {
      const file = find(name)
      if (file !== undefined) closeSync(file.fd)
      return file?.sizeBytes
    },
    read(name, maxBytes) {
      const { fd, sizeBytes } = found(name)
      try {
        return readSpan(fd, { offset: 0, sizeBytes: Math.min(sizeBytes, maxBytes + 1) })
      } finally {
        closeSync(fd)
      }
    },
    *stream(name) {
      const { fd, sizeBytes } = found(name)
      try {
        yield* streamSpan(fd, { offset: 0, sizeBytes })
      } finally {
        closeSync(fd)
      }
    },
    close: () => closeSync(root),
  }
}

interface OpenFile {
  readonly fd: number
  readonly sizeBytes: number
}

interface Wanted {
  readonly root: number
  readonly place: string
  readonly name: string
}

function openFile({ root, place, name }: Wanted): OpenFile | undefined {
  const fd = openIfThere({ root, place, name })
  if (fd === undefined) return undefined
  const stats = fstatSync(fd)
  if (stats.isFile()) return { fd, sizeBytes: stats.size }
  closeSync(fd)
  throw invalidPlace(place, `${fromBytes(name)} is no file`)
}

function openIfThere({ root, place, name }: Wanted): number | undefined {
  try {
    return openBelow(root, name, FLAGS)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    if (!hasCode(error, 'ELOOP', 'ENOTDIR')) throw error
    throw invalidPlace(place, `${fromBytes(name)} is, or lies behind, a link`)
  }
}
