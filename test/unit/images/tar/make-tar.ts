// SPDX-License-Identifier: Apache-2.0

/** Fields of one ustar header as a test wants them, right or wrong; texts are byte strings. */
export interface TarFields {
  readonly name: string
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** Instead of the length of the body. */
  readonly size?: number
  readonly mtime?: number
  /** One character; '0' is a file. */
  readonly type?: string
  readonly link?: string
  readonly device?: readonly [major: number, minor: number]
  /** Records of an extended header in front. */
  readonly pax?: Readonly<Record<string, string | Buffer>>
  readonly body?: string | Buffer
  /** Last changes to the header block, before the checksum. */
  readonly change?: (block: Buffer) => void
  /** Instead of the right one. */
  readonly checksum?: number
}

/** The bytes of an archive: entries, then two blocks of zeros. */
export function makeTar(...entries: readonly TarFields[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)])
}

/** One entry without an end of archive, to be put together by hand. */
export function tarEntry(fields: TarFields): Buffer {
  const body = Buffer.from(fields.body ?? '')
  const header = block({ ...fields, size: fields.size ?? body.length })
  const pax = Object.entries(fields.pax ?? {}).map(([key, value]) => paxRecord(key, value))
  const extended = pax.length === 0 ? [] : [metaEntry('x', Buffer.concat(pax))]
  return Buffer.concat([...extended, header, pad(body)])
}

/** An entry that describes the next: 'x' and 'g' pax, 'L' and 'K' GNU long names. */
export function metaEntry(type: string, body: Buffer): Buffer {
  return Buffer.concat([block({ name: '././meta', type, size: body.length }), pad(body)])
}

/** `LENGTH KEY=VALUE`, where the length counts itself. */
export function paxRecord(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
  let length = rest.length
  while (String(length).length + rest.length !== length)
    length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

function block(fields: TarFields & { readonly size: number }): Buffer {
  const header = Buffer.alloc(512)
  header.write(fields.name, 0, 100, 'latin1')
  const octal = (value: number, offset: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1')
  octal(fields.mode ?? 0o644, 100, 8)
  octal(fields.uid ?? 0, 108, 8)
  octal(fields.gid ?? 0, 116, 8)
  octal(fields.size, 124, 12)
  octal(fields.mtime ?? 0, 136, 12)
  header.write(fields.type ?? '0', 156, 'latin1')
  header.write(fields.link ?? '', 157, 100, 'latin1')
  header.write('ustar\0', 257, 'latin1')
  header.write('00', 263, 'latin1')
  octal(fields.device?.[0] ?? 0, 329, 8)
  octal(fields.device?.[1] ?? 0, 337, 8)
  fields.change?.(header)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${(fields.checksum ?? sum).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

function pad(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}
