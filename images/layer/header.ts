// SPDX-License-Identifier: Apache-2.0
import { type Field, fields, number } from '../tar/block.ts'
import { type EntryType, type FileEntry, toEntry } from '../tar/entry.ts'
import { invalidArchive, readable } from '../tar/invalid.ts'
import type { RawHeader } from '../tar/walk.ts'

/**
 * The entry that the headers of a layer describe; undefined for one that makes no file, like the
 * label of a volume. v7, ustar, star, GNU and pax headers are understood.
 *
 * @throws TsbuildError ARCHIVE_INVALID
 * @see POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"
 */
export function layerEntry(raw: RawHeader): FileEntry | undefined {
  if (raw.type === VOLUME_LABEL) return undefined
  const { block } = raw
  const entry = toEntry(
    {
      type: entryTypes.get(raw.type) ?? unknownType(raw),
      name: raw.longName ?? fieldName(block),
      linkname: raw.longLink ?? text(block, fields.linkName),
      mode: numberOf(block, 'mode'),
      uid: numberOf(block, 'uid'),
      gid: numberOf(block, 'gid'),
      ...deviceOf(raw),
    },
    raw,
  )
  // Archives from before POSIX have no type for a directory, but a slash at its end.
  const old = entry.type === 'file' && entry.path.endsWith('/')
  const type = old ? 'directory' : entry.type
  if (type !== 'file' && raw.sizeBytes > 0) {
    throw invalidArchive(`${readable(entry.path)} is a ${type} and has content`)
  }
  return old ? { ...entry, type } : entry
}

const VOLUME_LABEL = 'V'

const entryTypes: ReadonlyMap<string, EntryType> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  // Contiguous, and GNU's with holes.
  ['7', 'file'],
  ['S', 'file'],
  ['1', 'link'],
  ['2', 'symlink'],
  ['3', 'char'],
  ['4', 'block'],
  ['5', 'directory'],
  ['6', 'fifo'],
])

function unknownType({ type, block }: RawHeader): never {
  throw invalidArchive(`${readable(fieldName(block))} has the unknown type ${readable(type)}`)
}

/** Only ustar and star have a prefix; GNU keeps other things in its place. */
function fieldName(block: Buffer): string {
  const name = text(block, fields.name)
  if (text(block, fields.magic) !== 'ustar') return name
  const star = block.toString('latin1', 508, 512) === 'tar\0'
  const prefix = text(block, star ? fields.starPrefix : fields.prefix)
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Up to the first NUL, or all of the field. GNU's magic has a blank where ustar has a NUL. */
function text(block: Buffer, [offset, length]: Field): string {
  const end = block.indexOf(0, offset)
  const last = end < 0 || end > offset + length ? offset + length : end
  return block.toString('latin1', offset, last)
}

/** Headers from before POSIX may have anything where a device has its numbers. */
function deviceOf({ type, block }: RawHeader): { devmajor: number; devminor: number } {
  if (type !== '3' && type !== '4') return { devmajor: 0, devminor: 0 }
  return { devmajor: numberOf(block, 'devmajor'), devminor: numberOf(block, 'devminor') }
}

function numberOf(block: Buffer, name: 'mode' | 'uid' | 'gid' | 'devmajor' | 'devminor'): number {
  const value = number(block, fields[name])
  if (value !== undefined) return value
  throw invalidArchive(`the header of ${readable(fieldName(block))} has an impossible ${name}`)
}
