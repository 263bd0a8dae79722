// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants } from 'node:fs'
import { hasCode } from '../../core/lib/errno.ts'
import type { FileEntry } from '../tar/entry.ts'
import { applyToFile, applyToPlace, type Place } from './attributes.ts'
import { openNew } from './create-file.ts'
import { makeNew, type Tree } from './tree.ts'

/**
 * A fifo or a device node. Where the kernel refuses the node, as in every user namespace but the
 * first, an empty file with a record stands in for it.
 */
export function makeNode(tree: Tree, path: string, entry: FileEntry, type: NodeType): void {
  makeNew(tree, path, (place) => {
    if (nodeMade(tree, place, entry, type)) applyToPlace(place, entry, tree.rules)
    else standIn(tree, place, entry)
  })
}

/** File types as mknod(2) takes them, with access for us alone until the attributes are set. */
const nodeModes = {
  char: constants.S_IFCHR | 0o600,
  block: constants.S_IFBLK | 0o600,
  fifo: constants.S_IFIFO | 0o600,
} as const

type NodeType = keyof typeof nodeModes

function nodeMade(tree: Tree, place: Place, { device }: FileEntry, type: NodeType): boolean {
  // This one means "deleted" in an upper directory. @see overlayfs.rst, "whiteouts"
  if (type === 'char' && device.major === 0 && device.minor === 0) return false
  try {
    tree.rules.sys.mknodat(place.dirFd, place.name, nodeModes[type], device)
    return true
  } catch (error) {
    if (type === 'fifo' || !hasCode(error, 'EPERM')) throw error
    return false
  }
}

function standIn(tree: Tree, place: Place, entry: FileEntry): void {
  const fd = openNew(place)
  try {
    applyToFile(fd, entry, tree.rules, 'stand-in')
  } finally {
    closeSync(fd)
  }
}
