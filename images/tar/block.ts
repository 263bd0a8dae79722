// SPDX-License-Identifier: Apache-2.0
import { invalidArchive } from './invalid.ts'

/** Everything in a tar archive is padded to blocks of this size. */
export const BLOCK_BYTES = 512

/** Bytes and the padding behind them. */
export const padded = (sizeBytes: number): number =>
  Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES

/** Where a field lies in a header block: offset and length. @see POSIX.1-2017, pax, "ustar" */
export const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkName: [157, 100],
  magic: [257, 6],
  devmajor: [329, 8],
  devminor: [337, 8],
  prefix: [345, 155],
  starPrefix: [345, 131],
  sparsePairs: [386, 96],
  sparseExtended: [482, 1],
  sparseRealSize: [483, 12],
} as const
export type Field = readonly [offset: number, length: number]

/** Whether the block is all zeros, which ends an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0)
}

/** Whether the sum over the header, its own field counted as blanks, is the one that it states. */
export function checksumHolds(block: Buffer): boolean {
  const [start, length] = fields.checksum
  let sum = length * 0x20
  for (let index = 0; index < BLOCK_BYTES; index++) {
    if (index < start || index >= start + length) sum += block[index] ?? 0
  }
  return number(block, fields.checksum) === sum
}

/**
 * A numeric field: octal digits, or base 256 when the top bit is set.
 *
 * @returns undefined where it is negative, no number, or beyond 2^53
 */
export function number(block: Buffer, [offset, length]: Field): number | undefined {
  const bytes = block.subarray(offset, offset + length)
  if ((bytes[0] ?? 0) >= 0x80) return base256(bytes)
  const text = bytes.toString('latin1').replace(/^[ \0]+/, '')
  const digits = /^[0-7]*/.exec(text)?.[0] ?? ''
  const rest = text.charAt(digits.length)
  if (rest !== '' && rest !== ' ' && rest !== '\0') return undefined
  const value = digits === '' ? 0 : Number.parseInt(digits, 8)
  return Number.isSafeInteger(value) ? value : undefined
}

/**
 * The time of an entry in seconds. Before 1970 it is in base 256, as a two's complement.
 *
 * @throws TsbuildError ARCHIVE_INVALID
 */
export function mtime(block: Buffer): number {
  const [offset, length] = fields.mtime
  const bytes = block.subarray(offset, offset + length)
  if (bytes[0] !== 0xff) return orInvalid('time', number(block, fields.mtime))
  const complement = base256(Buffer.from(bytes.map((byte) => 0xff - byte)).fill(0x80, 0, 1))
  return -1 - orInvalid('time', complement)
}

/** @throws TsbuildError ARCHIVE_INVALID where `number` gives nothing */
export function size(block: Buffer, field: Field): number {
  return orInvalid('size', number(block, field))
}

function orInvalid(what: string, value: number | undefined): number {
  if (value === undefined) throw invalidArchive(`a header states an impossible ${what}`)
  return value
}

/** A positive number, as 0x80 starts one. */
function base256(bytes: Buffer): number | undefined {
  if (bytes[0] !== 0x80) return undefined
  const value = bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
  return Number.isSafeInteger(value) ? value : undefined
}
