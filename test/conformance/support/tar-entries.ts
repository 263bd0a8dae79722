// SPDX-License-Identifier: Apache-2.0
/**
 * A tar reader of the tests' own: what compares our layers must not share code with what makes
 * them. It reads an archive that is wholly in memory and trusts it: peers and we have made it.
 *
 * @see pax(1), "ustar Interchange Format" and "pax Header Block"; tar(5) for the GNU records
 */

export interface TarEntry {
  /** A byte string (one character U+0000–U+00FF a byte), as it stands in the archive. */
  readonly name: string
  /** '0' file, '1' hard link, '2' link, '3' and '4' devices, '5' folder, '6' fifo. */
  readonly flag: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Rounded, as Go's archive/tar does that wrote the others'. */
  readonly mtimeSeconds: number
  /** Byte string. */
  readonly linkName: string
  readonly device: string
  /** Values as hex. */
  readonly xattrs: Readonly<Record<string, string>>
  readonly content: Buffer
}

const blockBytes = 512

/** @throws Error at a header whose checksum is wrong */
export function* tarEntries(archive: Buffer): Generator<TarEntry> {
  let records: ReadonlyMap<string, string> = new Map()
  for (let at = 0; at + blockBytes <= archive.length; ) {
    const header = archive.subarray(at, at + blockBytes)
    if (header.every((byte) => byte === 0)) return
    verify(header, at)
    const flag = String.fromCharCode(header[156] ?? 0)
    const sizeBytes = Number(records.get('size') ?? numberAt(header, 124, 12))
    const content = archive.subarray(at + blockBytes, at + blockBytes + sizeBytes)
    at += blockBytes + Math.ceil(sizeBytes / blockBytes) * blockBytes
    const extension = recordsOf(flag, content)
    if (extension !== undefined) {
      records = new Map([...records, ...extension])
    } else {
      yield entryOf(header, records, content)
      records = new Map()
    }
  }
}

/** What an extended header says of the next entry; undefined: it is an entry. */
function recordsOf(flag: string, content: Buffer): ReadonlyMap<string, string> | undefined {
  if (flag === 'x') return paxRecords(content)
  if (flag === 'g') return new Map()
  const text = content.toString('latin1').replace(/\0.*$/s, '')
  if (flag === 'L') return new Map([['path', text]])
  if (flag === 'K') return new Map([['linkpath', text]])
  return undefined
}

/** Each is "LENGTH KEY=VALUE\n", and its length counts itself. */
function paxRecords(content: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const end = at + Number(content.toString('latin1', at, space))
    const equals = content.indexOf(0x3d, space)
    const key = content.toString('latin1', space + 1, equals)
    records.set(key, content.toString('latin1', equals + 1, end - 1))
    at = end
  }
  return records
}

function entryOf(header: Buffer, records: ReadonlyMap<string, string>, content: Buffer): TarEntry {
  const prefix = stringAt(header, 257, 6) === 'ustar' ? stringAt(header, 345, 155) : ''
  const name = stringAt(header, 0, 100)
  const number = (key: string, offset: number, length: number) =>
    Number(records.get(key) ?? numberAt(header, offset, length))
  return {
    name: records.get('path') ?? (prefix === '' ? name : `${prefix}/${name}`),
    flag: header[156] === 0 ? '0' : String.fromCharCode(header[156] ?? 0),
    mode: numberAt(header, 100, 8) & 0o7777,
    uid: number('uid', 108, 8),
    gid: number('gid', 116, 8),
    mtimeSeconds: Math.round(number('mtime', 136, 12)),
    linkName: records.get('linkpath') ?? stringAt(header, 157, 100),
    device: `${numberAt(header, 329, 8)}:${numberAt(header, 337, 8)}`,
    xattrs: xattrsOf(records),
    content,
  }
}

function xattrsOf(records: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const prefix = 'SCHILY.xattr.'
  const found = [...records].filter(([key]) => key.startsWith(prefix)).sort()
  return Object.fromEntries(
    found.map(([key, value]) => [
      key.slice(prefix.length),
      Buffer.from(value, 'latin1').toString('hex'),
    ]),
  )
}

function verify(header: Buffer, at: number): void {
  const sum = header.reduce((total, byte, index) => {
    return total + (index >= 148 && index < 156 ? 0x20 : byte)
  }, 0)
  if (sum !== numberAt(header, 148, 8)) throw new Error(`no tar header at byte ${at}`)
}

const stringAt = (header: Buffer, offset: number, length: number): string =>
  header.toString('latin1', offset, offset + length).replace(/\0.*$/s, '')

/** Octal, or base 256 when the first bit is set (GNU). */
function numberAt(header: Buffer, offset: number, length: number): number {
  const field = header.subarray(offset, offset + length)
  if (((field[0] ?? 0) & 0x80) === 0) {
    return Number.parseInt(
      field
        .toString('latin1')
        .replace(/[\0 ]+$/, '')
        .trim() || '0',
      8,
    )
  }
  return field.reduce((total, byte, index) => total * 256 + (index === 0 ? byte & 0x7f : byte), 0)
}
