// SPDX-License-Identifier: Apache-2.0

/** Text, a decimal number or bytes: what one field of a message carries. */
export type Field = string | number | bigint | Uint8Array

/**
 * Fields as the bytes that both sides read: for each its length (32 bits, little endian), its
 * bytes and one NUL, so that C can use text in place. native-shim/src/frame.h is the other half.
 *
 * @throws RangeError if a text holds a NUL byte: no path or argument can
 */
export function encodeFields(fields: readonly Field[]): Buffer {
  const parts: Uint8Array[] = []
  for (const field of fields) {
    const bytes = fieldBytes(field)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    parts.push(length, bytes, NUL)
  }
  return Buffer.concat(parts)
}

/**
 * The fields of a message, as bytes.
 *
 * @throws RangeError if the bytes are no run of fields
 */
export function decodeFields(message: Buffer): Buffer[] {
  const fields: Buffer[] = []
  let at = 0
  while (at < message.length) {
    const end = at + 4 <= message.length ? at + 4 + message.readUInt32LE(at) : Infinity
    if (end >= message.length || message[end] !== 0) throw new RangeError('malformed message')
    fields.push(message.subarray(at + 4, end))
    at = end + 1
  }
  return fields
}

/** A list in one field: each text ended by NUL. */
export function packList(list: readonly string[]): Buffer {
  const bad = list.find((text) => text.includes('\0'))
  if (bad !== undefined) throw new RangeError(`NUL byte in ${JSON.stringify(bad)}`)
  return Buffer.from(list.map((text) => `${text}\0`).join(''))
}

const NUL = Buffer.alloc(1)

function fieldBytes(field: Field): Uint8Array {
  if (typeof field === 'object') return field
  const text = String(field)
  if (text.includes('\0')) throw new RangeError(`NUL byte in field ${JSON.stringify(text)}`)
  return Buffer.from(text)
}
