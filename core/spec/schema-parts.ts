// SPDX-License-Identifier: Apache-2.0
import { Type } from '../lib/schema.ts'

/** Data that nobody changes in place, all the way down. */
export type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T

// Each leaf carries `expected`, the words of an error message. No text may hold a NUL byte: all of
// them end as C strings, and what follows the NUL would be lost without a word.

export const Text = Type.String({ pattern: '^[^\\0]*$', expected: 'text without NUL bytes' })

export const Name = Type.String({ pattern: '^[^\\0]+$', expected: 'text that is not empty' })

export const AbsolutePath = Type.String({ pattern: '^/[^\\0]*$', expected: 'an absolute path' })

export const Flag = Type.Boolean({ expected: 'true or false' })

export const Texts = Type.Array(Text)

/** An object of texts: sysctl, annotations, unified. */
export const TextMap = Type.Record(Text, Text, { additionalProperties: false })

const range = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, expected: `an integer from ${minimum} to ${maximum}` })

export const Uint16 = range(0, 0xffff)
export const Uint32 = range(0, 0xffff_ffff)
export const Int32 = range(-0x8000_0000, 0x7fff_ffff)
export const OomScore = range(-1000, 1000)
export const Percent = range(0, 100)

/** A uid or gid: the last value means "leave it as it is" to the kernel. */
export const Id = range(0, 0xffff_fffe)

/** Exact up to 2^64-1: a number as long as it is safe, a bigint above. */
export const Uint64 = Type.Union(
  [
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    Type.BigInt({ minimum: 0n, maximum: 2n ** 64n - 1n }),
  ],
  { expected: 'an integer from 0 to 2^64-1, as a bigint from 2^53 on' },
)

export const Int64 = Type.Union(
  [
    Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
    Type.BigInt({ minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n }),
  ],
  { expected: 'an integer from -2^63 to 2^63-1, as a bigint from ±2^53 on' },
)

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  const expected = `one of ${words.join(', ')}`
  return Type.Union(
    words.map((word) => Type.Literal(word)),
    { expected },
  )
}
