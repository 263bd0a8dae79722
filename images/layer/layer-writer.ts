// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import { TsbuildError } from '../../core/lib/errors.ts'
import type { Body } from '../tar/body.ts'
import type { FileEntry } from '../tar/entry.ts'
import { invalidArchive, readable } from '../tar/invalid.ts'
import { explained, explainedBody } from '../unpack/explained.ts'
import { splitPath } from '../unpack/names.ts'
import { clear, closeTree, openTree, placeOf, type Tree } from '../unpack/tree.ts'
import { finishDirectories, noContent, putEntry } from '../unpack/tree-writer.ts'
import type { LayerTarget } from './apply.ts'
import { copyUp, inheritAttributes } from './inherit.ts'
import { layerPath, purposeOf } from './layer-path.ts'
import type { LowerLayers } from './lower.ts'
import { overlayEraser, treeEraser } from './whiteouts.ts'

/** Makes the files of one layer; deletions are done when all files are there. */
export interface LayerWriter {
  /** @returns what takes the content of the file */
  put(entry: FileEntry): Body
  finish(lower: LowerLayers): void
  /** Closes what is open; a file that is not complete stays as it is. */
  close(): void
}

/** @throws TsbuildError ARCHIVE_INVALID, from `put` and `finish` */
export function createLayerWriter(target: LayerTarget): LayerWriter {
  const { rootFd, form } = target
  const rules = { ...target.rules, origin: 'foreign' } as const
  const tree = openTree({ rootFd, rules, base: '', links: 'refuse' })
  const work: Work = {
    tree,
    made: form === 'tree' ? new Set() : undefined,
    erased: new Set(),
    emptied: new Set(),
    links: target.lower === undefined ? undefined : new Map(),
  }
  const limited = limiter(target.maxBytes)
  return {
    put: (entry) => limited(explainedBody(entry.path, () => put(work, entry))),
    finish(lower) {
      linkToLower(work, lower)
      const eraser =
        work.made === undefined
          ? overlayEraser(tree, target.opaqueXattr, lower)
          : treeEraser(tree, work.made)
      for (const path of work.emptied) explained(path, () => eraser.empty(path))
      for (const path of work.erased) explained(path, () => eraser.erase(path))
      inheritAttributes(tree, lower)
      finishDirectories(tree)
    },
    close: () => closeTree(tree),
  }
}

interface Work {
  readonly tree: Tree
  /** In a tree with lower layers: paths that this one has made, or made something below. */
  readonly made: Set<string> | undefined
  /** Paths that whiteouts delete, and directories whose content they delete. */
  readonly erased: Set<string>
  readonly emptied: Set<string>
  /** Hard links by path whose target may be in a lower layer, when there is one. */
  readonly links: Map<string, FileEntry> | undefined
}

function put(work: Work, entry: FileEntry): Body {
  const purpose = purposeOf(layerPath(entry.path))
  switch (purpose.kind) {
    case 'nothing':
      return noContent
    case 'whiteout':
      makeWay(work, splitPath(purpose.path)[0])
      work.erased.add(purpose.path)
      return noContent
    case 'opaque':
      makeWay(work, purpose.path)
      work.emptied.add(purpose.path)
      return noContent
    case 'file':
      return putFile(work, purpose.path, entry)
  }
}

function putFile(work: Work, path: string, entry: FileEntry): Body {
  const { tree, made, links } = work
  makeWay(work, splitPath(path)[0])
  made?.add(path)
  links?.delete(path)
  if (entry.type !== 'link') return putEntry(tree, path, entry)
  const link = { ...entry, linkTarget: layerPath(entry.linkTarget) }
  try {
    return putEntry(tree, path, link)
  } catch (error) {
    if (links === undefined || !missesTarget(error)) throw error
    links.set(path, link)
    return noContent
  }
}

const missesTarget = (error: unknown): boolean =>
  error instanceof TsbuildError && hasCode(error.cause, 'ENOENT')

/**
 * A directory of this layer hides what is no directory below it, as it does in an overlay: a link
 * or a file of a lower layer makes room.
 */
function makeWay({ tree, made }: Work, directory: string): void {
  if (made === undefined) return
  try {
    tree.directories.open(directory, 'make')
  } catch (error) {
    if (!hasCode(error, 'ENOTDIR', 'ELOOP')) throw error
    const blocking = blockerOf(tree, directory)
    if (made.has(blocking)) {
      const names = `${readable(directory)} goes through ${readable(blocking)}`
      throw invalidArchive(`${names}, which is no directory`, { cause: error })
    }
    clear(tree, blocking)
    tree.directories.open(directory, 'make')
  }
  for (let at = directory; !made.has(at); at = splitPath(at)[0]) made.add(at)
}

function blockerOf(tree: Tree, path: string): string {
  const parts = path.split('/')
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  const blocks = (part: string) =>
    !lstatSync(bytePath(placeOf(tree, part, 'fail').path)).isDirectory()
  return above.find(blocks) ?? path
}

function linkToLower({ tree, erased, links }: Work, lower: LowerLayers): void {
  for (const [path, entry] of links ?? []) {
    explained(path, () => {
      const copied = copyUp(tree, entry.linkTarget, lower)
      putEntry(tree, path, entry)
      if (copied && erased.has(entry.linkTarget)) clear(tree, entry.linkTarget)
    })
  }
}

function limiter(maxBytes: number | undefined): (body: Body) => Body {
  if (maxBytes === undefined) return (body) => body
  let left = maxBytes
  return (body) => ({
    write(chunk, position) {
      left -= chunk.length
      if (left < 0) throw invalidArchive(`its files have more than ${maxBytes} bytes together`)
      body.write(chunk, position)
    },
    end: body.end,
  })
}
