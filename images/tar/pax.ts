// SPDX-License-Identifier: Apache-2.0
import type { FileTime } from '../../native-shim/syscalls.ts'
import { invalidArchive, readable } from './invalid.ts'

/** One `key=value` of an extended header. The key is a byte string, the value any bytes. */
export type PaxRecord = readonly [key: string, value: Buffer]

/**
 * The records of a pax extended header, as bytes and in order: keys of the oldest sparse format
 * come many times.
 *
 * @throws TsbuildError ARCHIVE_INVALID if a record's length does not fit
 * @see POSIX.1-2017, pax, "pax Header Block"
 */
export function parsePax(body: Buffer): PaxRecord[] {
  const records: PaxRecord[] = []
  for (let start = 0; start < body.length; ) {
    const space = body.indexOf(SPACE, start)
    const digits = body.toString('latin1', start, Math.min(space, start + MAX_DIGITS))
    const end = start + Number.parseInt(digits, 10)
    const equals = body.indexOf(EQUALS, space)
    const fits = /^[0-9]+$/.test(digits) && end <= body.length && body[end - 1] === NEWLINE
    if (space < 0 || !fits || equals < 0 || equals >= end) {
      throw invalidArchive(`extended header has a broken record at byte ${start}`)
    }
    const key = body.toString('latin1', space + 1, equals)
    records.push([key, body.subarray(equals + 1, end - 1)])
    start = end
  }
  return records
}

const SPACE = 0x20
const EQUALS = 0x3d
const NEWLINE = 0x0a
const MAX_DIGITS = 10

/**
 * The records in force for one file: the later one of a key wins, and an empty value takes an
 * earlier one away.
 */
export function effectivePax(records: readonly PaxRecord[]): ReadonlyMap<string, Buffer> {
  const effective = new Map<string, Buffer>()
  for (const [key, value] of records) {
    if (value.length > 0 || key.startsWith(XATTR_PREFIX)) effective.set(key, value)
    else effective.delete(key)
  }
  return effective
}

/** Extended attributes are records of this prefix, as GNU tar, bsdtar and Go write them. */
export const XATTR_PREFIX = 'SCHILY.xattr.'

/** A value that must be a whole number of zero or more, written in decimal digits. */
export function paxInteger(key: string, value: Buffer): number {
  const text = value.toString('latin1')
  const number = Number(text)
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(number)) return number
  throw invalidArchive(`extended header has ${key}=${readable(text)}`)
}

/** Seconds since 1970 with a fraction; -0.25 is a second before and 750,000,000 ns after that. */
export function paxTime(key: string, value: Buffer): FileTime {
  const text = value.toString('latin1')
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text)
  if (match === null) throw invalidArchive(`extended header has ${key}=${readable(text)}`)
  const [, sign = '', whole = '', fraction = ''] = match
  const seconds = Number(whole)
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'))
  if (sign === '') return { seconds, nanoseconds }
  if (nanoseconds === 0) return { seconds: -seconds || 0, nanoseconds }
  return { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds }
}
