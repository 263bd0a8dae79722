// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import type { Body } from '../tar/body.ts'
import type { FileEntry } from '../tar/entry.ts'
import { applyToFile, type Place } from './attributes.ts'
import { makeNew, type Tree } from './tree.ts'

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants

/** A new file and what takes its content; it gets its attributes when that is complete. */
export function createFile(tree: Tree, path: string, entry: FileEntry): Body {
  const fd = makeNew(tree, path, openNew)
  tree.openFiles.add(fd)
  let written = 0
  return {
    write(chunk, position) {
      for (let at = 0; at < chunk.length; ) {
        at += writeSync(fd, chunk, at, chunk.length - at, position + at)
      }
      written = position + chunk.length
    },
    end(sizeBytes) {
      if (sizeBytes !== written) ftruncateSync(fd, sizeBytes)
      applyToFile(fd, entry, tree.rules)
      tree.openFiles.delete(fd)
      closeSync(fd)
    },
  }
}

/** An open file that is only ours until it has its attributes. */
export function openNew(place: Place): number {
  return openSync(bytePath(place.path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
}
