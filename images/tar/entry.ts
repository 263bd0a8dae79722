// SPDX-License-Identifier: Apache-2.0
import type { Device, FileTime } from '../../native-shim/syscalls.ts'
import { invalidArchive, readable } from './invalid.ts'
import { effectivePax, paxInteger, paxTime, XATTR_PREFIX } from './pax.ts'
import type { RawHeader } from './walk.ts'

export type EntryType = 'file' | 'link' | 'symlink' | 'directory' | 'char' | 'block' | 'fifo'

/**
 * A file as an archive or a directory describes it, wherever it is to be made. Texts are byte
 * strings; ids are those of the container.
 */
export interface FileEntry {
  readonly type: EntryType
  /** As the source spells it: not checked, may be absolute or hold `..`. */
  readonly path: string
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: FileTime
  /** The text of a symlink; of a hard link, the path of the entry that it is another name of. */
  readonly linkTarget: string
  readonly device: Device
  readonly xattrs: ReadonlyMap<string, Buffer>
}

/** The header fields that the decoder read, whatever it made of extended headers. */
export interface DecodedHeader {
  readonly type: EntryType
  readonly name: string
  readonly linkname: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly devmajor: number
  readonly devminor: number
}

/** (uid_t) -1 means "leave as it is" to chown(2), so it is no id. */
const MAX_ID = 2 ** 32 - 2

/**
 * The entry that a header and its extended headers describe together.
 *
 * @throws TsbuildError ARCHIVE_INVALID if a number is out of range or a name holds a NUL
 */
export function toEntry(header: DecodedHeader, raw: RawHeader): FileEntry {
  const pax = effectivePax(raw.pax)
  const text = (key: string) => pax.get(key)?.toString('latin1')
  const id = (key: 'uid' | 'gid') => {
    const value = pax.get(key)
    return inRange(key, value === undefined ? header[key] : paxInteger(key, value), MAX_ID)
  }
  const mtime = pax.get('mtime')
  const entry = {
    type: header.type,
    path: text('GNU.sparse.name') ?? text('path') ?? header.name,
    mode: inRange('mode', header.mode, 2 ** 32) & 0o7777,
    uid: id('uid'),
    gid: id('gid'),
    mtime:
      mtime === undefined ? { seconds: raw.mtimeSeconds, nanoseconds: 0 } : paxTime('mtime', mtime),
    linkTarget: text('linkpath') ?? header.linkname,
    device: {
      major: inRange('device number', header.devmajor, 0xfff),
      minor: inRange('device number', header.devminor, 0xfffff),
    },
    xattrs: xattrsOf(pax),
  }
  for (const name of [entry.path, entry.linkTarget, ...entry.xattrs.keys()]) {
    if (name.includes('\0')) throw invalidArchive(`a name holds a NUL byte: ${readable(name)}`)
  }
  return entry
}

function xattrsOf(pax: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const xattrs = [...pax].filter(([key]) => key.startsWith(XATTR_PREFIX))
  return new Map(xattrs.map(([key, value]) => [key.slice(XATTR_PREFIX.length), value]))
}

function inRange(what: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw invalidArchive(`a header has the ${what} ${value}, 0 to ${max} are possible`)
}
