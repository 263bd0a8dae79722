// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import type { FileEntry } from '../tar/entry.ts'
import { applyToFile, type Place } from './attributes.ts'
import { openNew } from './create-file.ts'
import { splitPath } from './names.ts'
import { makeNew, placeOf, type Tree } from './tree.ts'

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
const S_ISGID = 0o2000

/** Makes small files whose content is at hand. */
export interface WholeFiles {
  write(path: string, entry: FileEntry, content: Buffer): void
  /** To be called when a directory of the tree got other attributes. */
  forget(): void
}

/**
 * Most files belong to who writes them and have nothing special: such a one is complete with its
 * creation, its content and its time, which takes half as long as the general way.
 */
export function createWholeFiles(tree: Tree): WholeFiles {
  let known: { readonly parent: string; readonly isPlain: boolean } | undefined
  const isPlainIn = (path: string): boolean => {
    const [parent] = splitPath(path)
    if (known?.parent !== parent) known = { parent, isPlain: isPlainDirectory(tree, path) }
    return known.isPlain
  }
  return {
    write(path, entry, content) {
      const isPlain = isPlainEntry(entry) && isPlainIn(path)
      makeNew(tree, path, (place) => {
        const fd = isPlain ? openWithMode(place, entry.mode) : openNew(place)
        try {
          for (let at = 0; at < content.length; ) at += writeSync(fd, content, at)
          if (isPlain) tree.rules.sys.futimens(fd, entry.mtime)
          else applyToFile(fd, entry, tree.rules)
        } finally {
          closeSync(fd)
        }
      })
    },
    forget() {
      known = undefined
    },
  }
}

/** Our own files are root's. */
const isPlainEntry = ({ uid, gid, mode, xattrs }: FileEntry): boolean =>
  uid === 0 && gid === 0 && mode <= 0o777 && xattrs.size === 0

/** Whether new files get the owner of who makes them, and the mode that was asked for. */
function isPlainDirectory(tree: Tree, path: string): boolean {
  const { dirFd } = placeOf(tree, path)
  const names = tree.rules.sys.llistxattr(`/proc/self/fd/${dirFd}/.`)
  return !names.includes('system.posix_acl_default') && (fstatSync(dirFd).mode & S_ISGID) === 0
}

function openWithMode(place: Place, mode: number): number {
  const before = process.umask(0)
  try {
    return openSync(bytePath(place.path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  } finally {
    process.umask(before)
  }
}
