// SPDX-License-Identifier: Apache-2.0
import { createHash, hash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import type { Digest } from '../../images/digest.ts'
import type { FileEntry } from '../../images/tar/entry.ts'
import { keepsXattr, portableXattr } from '../../images/unpack/xattrs.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import { type AttributeChanges, accessOf, entryOf } from './attributes.ts'
import { explained } from './explained.ts'
import { readAt, withSource } from './read-source.ts'
import type { Item, Selection } from './selection.ts'
import type { StatIndex } from './stat-index.ts'
import { createTotal, type Total } from './total.ts'
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
    total: createTotal(),
    index: selection.origin.kind === 'tree' ? undefined : options.index,
    scratch: Buffer.allocUnsafeSlow(SCRATCH_BYTES),
    lookedAtMs: Date.now(),
  }
  for (const match of selection.matches) {
    const name = match.kind === 'file' ? match.name : ''
    digests.total.record([match.kind, name, match.items.length])
    explained(match.given, () =>
      visitItems(selection, match, (item, pathOf) =>
        addItem(digests, { selection, item, pathOf, changes: options }),
      ),
    )
  }
  return `sha256:${digests.total.digest()}`
}

interface Digests {
  readonly total: Total
  readonly index: StatIndex | undefined
  readonly scratch: Buffer
  readonly lookedAtMs: number
}

const SCRATCH_BYTES = 1024 * 1024

interface Addition {
  readonly selection: Selection
  readonly item: Item
  readonly pathOf: () => string
  readonly changes: AttributeChanges
}

function addItem(digests: Digests, { selection, item, pathOf, changes }: Addition): void {
  const { origin, sys } = selection
  const { stats, path, type } = item
  if (stats === undefined || (type === 'file' && origin.kind !== 'tree')) {
    const { mode, uid, gid } = accessOf(item, origin, changes)
    digests.total.record([type, path, mode, uid, gid])
    if (stats === undefined) digests.total.bytes(NO_XATTRS)
    else digests.total.bytes(knownContent(digests, { stats, pathOf, sys }))
    return
  }
  const source = pathOf()
  const entry = entryOf({ ...item, stats }, source, { origin, changes, sys })
  digests.total.record([entry.type, path, entry.mode, entry.uid, entry.gid, ...kindFields(entry)])
  const xattrs = xattrBlock(entry.xattrs)
  const read = { stats, source }
  const content = entry.type === 'file' ? contentDigest(digests.scratch, read, xattrs) : xattrs
  digests.total.bytes(content)
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

interface Content {
  readonly stats: BigIntStats
  readonly pathOf: () => string
  readonly sys: Syscalls
}

function knownContent(digests: Digests, { stats, pathOf, sys }: Content): Buffer {
  const known = digests.index?.find(stats)
  if (known !== undefined) return known
  const source = pathOf()
  const xattrs = xattrBlock(readXattrs(sys, source))
  const digest = contentDigest(digests.scratch, { source, stats }, xattrs)
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
