// SPDX-License-Identifier: Apache-2.0
import { createHash, type Hash, hash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import type { Digest } from '../../images/digest.ts'
import type { FileEntry } from '../../images/tar/entry.ts'
import { keepsXattr, portableXattr } from '../../images/unpack/xattrs.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import { type AttributeChanges, accessOf, entryOf } from './attributes.ts'
import { readAt, withSource } from './read-source.ts'
import type { Item, Selection } from './selection.ts'
import type { StatIndex } from './stat-index.ts'
import { visitItems } from './visit.ts'

/**
 * A digest of what a selection will be where it is copied to: names, types, modes, owners, link
 * targets, device numbers, extended attributes and bytes. Times never enter, and neither does where
 * the sources lie.
 *
 * @param options.index makes it quick for files of the host that have not changed
 */
export function digestSelection(
  selection: Selection,
  options: AttributeChanges & { readonly index?: StatIndex | undefined },
): Digest {
  const digests: Digests = {
    total: createHash('sha256'),
    index: selection.origin.kind === 'tree' ? undefined : options.index,
    scratch: Buffer.allocUnsafeSlow(SCRATCH_BYTES),
    lookedAtMs: Date.now(),
  }
  for (const match of selection.matches) {
    const name = match.kind === 'file' ? match.name : ''
    addRecord(digests.total, [match.kind, name, match.items.length])
    visitItems(selection, match, (item, source) =>
      addItem(digests, { selection, item, source, changes: options }),
    )
  }
  return `sha256:${digests.total.digest('hex')}`
}

interface Digests {
  readonly total: Hash
  readonly index: StatIndex | undefined
  readonly scratch: Buffer
  readonly lookedAtMs: number
}

const SCRATCH_BYTES = 1024 * 1024

interface Addition {
  readonly selection: Selection
  readonly item: Item
  readonly source: string
  readonly changes: AttributeChanges
}

/** Fields cannot hold a NUL, and how many there are follows from the first. */
function addRecord(total: Hash, fields: readonly (string | number)[]): void {
  total.update(`${fields.join('\0')}\0`, 'latin1')
}

function addItem(digests: Digests, { selection, item, source, changes }: Addition): void {
  const { origin, sys } = selection
  const { stats, path, type } = item
  if (stats === undefined || (type === 'file' && origin.kind !== 'tree')) {
    const { mode, uid, gid } = accessOf(item, origin, changes)
    addRecord(digests.total, [type, path, mode, uid, gid])
    if (stats === undefined) digests.total.update('0\0')
    else digests.total.update(knownContent(digests, { stats, source }, sys))
    return
  }
  const entry = entryOf({ ...item, stats }, source, { origin, changes, sys })
  addRecord(digests.total, [
    entry.type,
    path,
    entry.mode,
    entry.uid,
    entry.gid,
    ...kindFields(entry),
  ])
  const xattrs = xattrBlock(entry.xattrs)
  const read = { stats, source }
  const content = entry.type === 'file' ? contentDigest(digests.scratch, read, xattrs) : xattrs
  digests.total.update(content)
}

function kindFields({ type, linkTarget, device }: FileEntry): (string | number)[] {
  if (type === 'symlink') return [linkTarget]
  return type === 'char' || type === 'block' ? [device.major, device.minor] : []
}

/** A file to be read, no further than it reached when it was found. */
interface Read {
  readonly stats: BigIntStats
  readonly source: string
}

function knownContent(digests: Digests, read: Read, sys: Syscalls): Buffer {
  const { stats, source } = read
  const known = digests.index?.find(stats)
  if (known !== undefined) return known
  const digest = contentDigest(digests.scratch, read, xattrBlock(readXattrs(sys, source)))
  digests.index?.add(stats, digest, digests.lookedAtMs)
  return digest
}

function readXattrs(sys: Syscalls, source: string): [string, Buffer][] {
  const names = sys.llistxattr(source).filter((name) => keepsXattr(name, 'foreign'))
  return names.sort().map((name) => [name, portableXattr(name, sys.lgetxattr(source, name))])
}

/** How many there are, then name, length and value of each; of much the digest. */
function xattrBlock(xattrs: Iterable<readonly [string, Buffer]>): Buffer {
  const all = [...xattrs]
  if (all.length === 0) return NO_XATTRS
  const parts = all.flatMap(([name, value]) => [
    Buffer.from(`${name}\0${value.length}\0`, 'latin1'),
    value,
  ])
  const block = Buffer.concat([Buffer.from(`${all.length}\0`), ...parts])
  return block.length < SCRATCH_BYTES / 2 ? block : hash('sha256', block, 'buffer')
}

const NO_XATTRS = Buffer.from('0\0')

/** 32 bytes for extended attributes and bytes together. */
function contentDigest(scratch: Buffer, { source, stats }: Read, xattrs: Buffer): Buffer {
  return withSource(source, (fd) => {
    xattrs.copy(scratch)
    const space = scratch.subarray(xattrs.length)
    const sizeBytes = Number(stats.size)
    const length = readAt(fd, space.subarray(0, sizeBytes), 0)
    if (sizeBytes <= space.length) {
      return hash('sha256', scratch.subarray(0, xattrs.length + length), 'buffer')
    }
    const whole = createHash('sha256').update(scratch)
    for (let at = length, read = -1; at < sizeBytes && read !== 0; at += read) {
      read = readAt(fd, scratch.subarray(0, sizeBytes - at), at)
      whole.update(scratch.subarray(0, read))
    }
    return whole.digest()
  })
}
