// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { type TarEntry, tarEntries } from './tar-entries.ts'

/** One path of an image's flattened tree. */
export interface TreeEntry {
  readonly type: 'file' | 'directory' | 'symlink' | 'character device' | 'block device' | 'fifo'
  /** The twelve low bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Buildah's layers hold no fractions. */
  readonly mtimeSeconds: number
  /** Values as hex. */
  readonly xattrs: Readonly<Record<string, string>>
  /** Of a symlink: where it points. Of a device: its numbers. Of a file: the sha256. */
  readonly content: string
  /** All paths of the same inode, sorted; of a file that has no other name, none. */
  readonly links: readonly string[]
}

/** Paths without a slash at the ends; '' is the root directory. Byte strings. */
export type ImageTree = ReadonlyMap<string, TreeEntry>

/** A file's names share one. */
type Inode = Omit<TreeEntry, 'links'>

/**
 * What a container sees when the layers are laid over each other.
 *
 * @param layers uncompressed tar archives, lowest first
 * @see OCI image spec, layer.md: "Applying Changesets", "Whiteouts"
 */
export function flatten(layers: Iterable<Buffer>): ImageTree {
  const inodes = new Map<string, Inode>()
  for (const layer of layers) {
    const entries = [...tarEntries(layer)]
    for (const entry of entries) hide(inodes, pathOf(entry.name))
    for (const entry of entries) put(inodes, entry)
  }
  return withLinks(inodes)
}

const whiteout = '.wh.'
const opaque = '.wh..wh..opq'

/** A whiteout speaks of the layers below only, so all of a layer come before its files. */
function hide(inodes: Map<string, Inode>, path: string): void {
  const [folder, name] = splitPath(path)
  if (name === opaque) removeBelow(inodes, folder)
  else if (name.startsWith(whiteout)) remove(inodes, join(folder, name.slice(whiteout.length)))
}

function put(inodes: Map<string, Inode>, entry: TarEntry): void {
  const path = pathOf(entry.name)
  if (splitPath(path)[1].startsWith(whiteout)) return
  const inode = inodeOf(inodes, entry)
  if (inode.type !== 'directory' || inodes.get(path)?.type !== 'directory') remove(inodes, path)
  inodes.set(path, inode)
}

function inodeOf(inodes: ReadonlyMap<string, Inode>, entry: TarEntry): Inode {
  if (entry.flag === '1') {
    const target = inodes.get(pathOf(entry.linkName))
    if (target === undefined) throw new Error(`${entry.name}: no ${entry.linkName} to link to`)
    return target
  }
  const { mode, uid, gid, mtimeSeconds, xattrs } = entry
  const type = types[entry.flag]
  if (type === undefined) throw new Error(`${entry.name}: type ${entry.flag} is not known`)
  return { type, mode, uid, gid, mtimeSeconds, xattrs, content: contentOf(type, entry) }
}

const types: Readonly<Record<string, TreeEntry['type']>> = {
  '0': 'file',
  '2': 'symlink',
  '3': 'character device',
  '4': 'block device',
  '5': 'directory',
  '6': 'fifo',
}

function contentOf(type: TreeEntry['type'], entry: TarEntry): string {
  if (type === 'file') return createHash('sha256').update(entry.content).digest('hex')
  if (type === 'symlink') return entry.linkName
  return type.endsWith('device') ? entry.device : ''
}

function withLinks(inodes: ReadonlyMap<string, Inode>): ImageTree {
  const names = new Map<Inode, string[]>()
  for (const [path, inode] of inodes) names.set(inode, [...(names.get(inode) ?? []), path])
  const links = (inode: Inode) => {
    const all = names.get(inode) ?? []
    return all.length > 1 ? all.sort() : []
  }
  return new Map([...inodes].map(([path, inode]) => [path, { ...inode, links: links(inode) }]))
}

function remove(inodes: Map<string, Inode>, path: string): void {
  inodes.delete(path)
  removeBelow(inodes, path)
}

function removeBelow(inodes: Map<string, Inode>, folder: string): void {
  const prefix = folder === '' ? '' : `${folder}/`
  for (const path of inodes.keys()) {
    if (path !== '' && path.startsWith(prefix)) inodes.delete(path)
  }
}

const pathOf = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

function splitPath(path: string): readonly [folder: string, name: string] {
  const at = path.lastIndexOf('/')
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)]
}

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)
