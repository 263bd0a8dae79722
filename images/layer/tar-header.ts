// SPDX-License-Identifier: Apache-2.0

import { BLOCK_BYTES } from '../tar/block.ts'
import type { EntryType, FileEntry } from '../tar/entry.ts'
import { encodePax, type PaxText, paxTimeText } from './pax-records.ts'

/** An entry that is to be written, with the length of its content. */
export interface SizedEntry extends FileEntry {
  /** 0 for all but files. */
  readonly sizeBytes: number
}

/**
 * The header blocks of an entry: ustar, behind an extended header if the entry has what ustar
 * cannot hold. The same entry gives the same bytes; names of users are left empty.
 *
 * @param entry its path is relative and has no slash at its end; '.' is the root
 * @returns whole blocks; the content and its padding are to follow
 * @throws TsbuildError PATH_INVALID if an extended attribute has a name that pax cannot hold
 * @see POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"
 */
export function encodeHeader(entry: SizedEntry): Buffer {
  const name = entry.type === 'directory' ? `${entry.path}/` : entry.path
  const split = splitName(name)
  const records: PaxText[] = []
  if (split === undefined) records.push(['path', name])
  if (!fitsLink(entry.linkTarget)) records.push(['linkpath', entry.linkTarget])
  addNumbers(entry, records)
  const extended = encodePax(entry, records)
  const header = emptyBlock()
  writeFields(header, entry, split ?? { prefix: '', name: stump(name) })
  if (extended.length === 0) return header
  const before = emptyBlock()
  writeFields(before, { ...EXTENDED, sizeBytes: extended.length }, { prefix: '', name: PAX_NAME })
  const padding = Buffer.alloc(-extended.length & (BLOCK_BYTES - 1))
  return Buffer.concat([before, extended, padding, header])
}

/** From the pool of small buffers, of which a layer takes many. */
const emptyBlock = (): Buffer => Buffer.allocUnsafe(BLOCK_BYTES).fill(0)

/** What programs without pax would call the extended header; Python's tarfile writes the same. */
const PAX_NAME = '././@PaxHeader'
const EXTENDED = {
  type: 'extended',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
  linkTarget: '',
  device: { major: 0, minor: 0 },
} as const

const MAX_NAME_BYTES = 100
const MAX_PREFIX_BYTES = 155
const MAX_ID = 0o7777777
/** 11 octal digits: 8 GiB, and the year 2242. */
const MAX_LARGE = 0o77777777777

interface SplitName {
  readonly prefix: string
  readonly name: string
}

/** The name in the two fields that ustar has for it; undefined where it does not go in. */
function splitName(name: string): SplitName | undefined {
  if (!isAscii(name)) return undefined
  if (name.length <= MAX_NAME_BYTES) return { prefix: '', name }
  // Not at the slash that ends the name of a directory.
  const slash = name.lastIndexOf('/', Math.min(MAX_PREFIX_BYTES, name.length - 2))
  if (slash <= 0 || name.length - slash - 1 > MAX_NAME_BYTES) return undefined
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) }
}

/** What stands in the field when the extended header has the name. */
const stump = (name: string): string =>
  // A slash at its end would make a directory of a file.
  name.replace(NOT_ASCII, '_').slice(0, MAX_NAME_BYTES).replace(/\/+$/, '')

const NOT_ASCII = /[\x80-\xff]/g
const isAscii = (text: string): boolean => text.search(NOT_ASCII) < 0
const fitsLink = (target: string): boolean => target.length <= MAX_NAME_BYTES && isAscii(target)

function addNumbers({ uid, gid, sizeBytes, mtime }: SizedEntry, records: PaxText[]): void {
  if (uid > MAX_ID) records.push(['uid', `${uid}`])
  if (gid > MAX_ID) records.push(['gid', `${gid}`])
  if (sizeBytes > MAX_LARGE) records.push(['size', `${sizeBytes}`])
  const plainTime = mtime.nanoseconds === 0 && mtime.seconds >= 0 && mtime.seconds <= MAX_LARGE
  if (!plainTime) records.push(['mtime', paxTimeText(mtime)])
}

const typeFlags = {
  file: '0',
  link: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
  extended: 'x',
} as const satisfies Record<EntryType | 'extended', string>

type Fields = Pick<
  SizedEntry,
  'mode' | 'uid' | 'gid' | 'sizeBytes' | 'mtime' | 'linkTarget' | 'device'
> & { readonly type: keyof typeof typeFlags }

function writeFields(block: Buffer, entry: Fields, { prefix, name }: SplitName): void {
  const octal = (value: number, offset: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1')
  const upTo = (value: number, max: number) => (value >= 0 && value <= max ? value : 0)
  block.write(name, 0, 'latin1')
  octal(entry.mode, 100, 7)
  octal(upTo(entry.uid, MAX_ID), 108, 7)
  octal(upTo(entry.gid, MAX_ID), 116, 7)
  octal(upTo(entry.sizeBytes, MAX_LARGE), 124, 11)
  octal(upTo(entry.mtime.seconds, MAX_LARGE), 136, 11)
  block.write(typeFlags[entry.type], 156, 'latin1')
  block.write(
    fitsLink(entry.linkTarget) ? entry.linkTarget : stump(entry.linkTarget),
    157,
    'latin1',
  )
  block.write('ustar\x0000', 257, 'latin1')
  if (entry.type === 'char' || entry.type === 'block') {
    octal(entry.device.major, 329, 7)
    octal(entry.device.minor, 337, 7)
  }
  block.write(prefix, 345, 'latin1')
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}

/** Over the whole header, with blanks in the place of the sum. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20
  for (const byte of block) sum += byte
  return sum
}
