// SPDX-License-Identifier: Apache-2.0
import { constants, lstatSync, readdirSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import { clear, placeOf, type Tree } from '../unpack/tree.ts'
import type { LowerLayers } from './lower.ts'

/**
 * Takes away what lower layers have. To be used when the layer's own files are all there: they
 * stay, whether their entries came before or after the deletion.
 *
 * @see OCI image-spec, layer.md, "Whiteouts": they "MUST only apply to resources in lower layers"
 */
export interface Eraser {
  /** `path` with all below it. */
  erase(path: string): void
  /** What is in the directory `path`. */
  empty(path: string): void
}

const WHITEOUT = { major: 0, minor: 0 }

/**
 * For a tree that holds one layer: leaves the marks of overlay.
 *
 * @param lower told of, because an opaque mark on the root of a layer does nothing: there each
 *   name is deleted by itself
 * @see overlayfs.rst, "whiteouts and opaque directories"
 */
export function overlayEraser(tree: Tree, opaqueXattr: string, lower: LowerLayers): Eraser {
  const { sys } = tree.rules
  const erase = (path: string) => {
    const place = placeOf(tree, path)
    const stats = lstatSync(bytePath(place.path), { throwIfNoEntry: false })
    if (stats === undefined) sys.mknodat(place.dirFd, place.name, constants.S_IFCHR, WHITEOUT)
    else if (stats.isDirectory()) empty(path)
  }
  const empty = (path: string) => {
    if (path === '') {
      for (const name of lower.rootFds.flatMap(namesIn)) erase(name)
      return
    }
    const fd = tree.directories.open(path, 'make')
    sys.lsetxattr(`/proc/self/fd/${fd}/.`, opaqueXattr, Buffer.from('y'))
  }
  return { erase, empty }
}

/**
 * For a tree that holds the lower layers as well: removes.
 *
 * @param made the paths that this layer has made or changed something at or below
 */
export function treeEraser(tree: Tree, made: ReadonlySet<string>): Eraser {
  const missing = (path: string) => {
    try {
      const stats = lstatSync(bytePath(placeOf(tree, path, 'fail').path))
      return stats.isDirectory() ? 'directory' : 'other'
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      return undefined
    }
  }
  const erase = (path: string) => {
    const found = missing(path)
    if (found === undefined) return
    if (!made.has(path)) clear(tree, path)
    else if (found === 'directory') empty(path)
  }
  const empty = (path: string) => {
    if (path !== '' && missing(path) === undefined) return
    for (const name of namesIn(tree.directories.open(path, 'fail'))) {
      erase(path === '' ? name : `${path}/${name}`)
    }
  }
  return { erase, empty }
}

function namesIn(directoryFd: number): string[] {
  return readdirSync(bytePath(`/proc/self/fd/${directoryFd}/.`), { encoding: 'latin1' })
}
