// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs'
import { digestHex } from '../digest.ts'
import type { Blob, Content } from './destination.ts'
import { copyHashed, writeAll } from './hashed.ts'
import { stepPath } from './open-below.ts'

/** A directory with blobs by their hex digits. */
export interface BlobFolder {
  /** Whether there is a file of that name and size. */
  has(blob: Blob): boolean
  put(content: Content): Promise<Blob>
  /** Replaces a file whole. */
  replace(name: string, bytes: Buffer): void
}

/** @param suffix of the temporary files beside; nobody else has it */
export function openBlobFolder(directory: number, suffix: string): BlobFolder {
  const place = (name: string) => stepPath(directory, name)
  const temporary = place(`.tsbuild-${suffix}`)
  const cleaning = <Result>(error: unknown): Result => {
    rmSync(temporary, { force: true })
    throw error
  }
  return {
    has({ digest, sizeBytes }) {
      const stats = lstatSync(place(digestHex(digest)), { throwIfNoEntry: false })
      return stats?.isFile() === true && stats.size === sizeBytes
    },
    async put(content) {
      try {
        const blob = await written(temporary, (fd) =>
          copyHashed(content, (chunk) => writeAll(fd, chunk)),
        )
        renameSync(temporary, place(digestHex(blob.digest)))
        return blob
      } catch (error) {
        return cleaning(error)
      }
    },
    replace(name, bytes) {
      try {
        const fd = create(temporary)
        try {
          writeAll(fd, bytes)
          fsyncSync(fd)
        } finally {
          closeSync(fd)
        }
        renameSync(temporary, place(name))
      } catch (error) {
        cleaning(error)
      }
    },
  }
}

async function written<Result>(path: string, fill: (fd: number) => Promise<Result>) {
  const fd = create(path)
  try {
    const result = await fill(fd)
    fsyncSync(fd)
    return result
  } finally {
    closeSync(fd)
  }
}

function create(path: string): number {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644)
}
