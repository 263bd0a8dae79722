// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeFields, encodeFields, type Field, packList } from '../../../native-shim/fields.ts'

const roundTrips: readonly { name: string; fields: readonly Field[]; want: readonly string[] }[] = [
  { name: 'nothing', fields: [], want: [] },
  { name: 'an empty text', fields: [''], want: [''] },
  { name: 'text of more bytes than characters', fields: ['grün'], want: ['grün'] },
  {
    name: 'numbers, also those beyond a double',
    fields: [7, 2n ** 64n - 1n],
    want: ['7', '18446744073709551615'],
  },
  { name: 'bytes with NUL', fields: [Buffer.from('a\0b')], want: ['a\0b'] },
]

describe('encodeFields', () => {
  for (const { name, fields, want } of roundTrips) {
    it(`${name} comes back`, () => {
      const got = decodeFields(encodeFields(fields)).map((bytes) => bytes.toString())
      assert.deepEqual(got, want)
    })
  }

  it('ends each field with a NUL after its length and bytes', () => {
    assert.deepEqual([...encodeFields(['ab'])], [2, 0, 0, 0, 0x61, 0x62, 0])
  })

  it('refuses text with a NUL, which C would cut', () => {
    assert.throws(() => encodeFields(['a\0b']), /NUL byte/)
  })
})

const malformed: readonly { name: string; bytes: readonly number[] }[] = [
  { name: 'a cut length', bytes: [1, 0, 0] },
  { name: 'a length beyond the end', bytes: [9, 0, 0, 0, 0x61, 0] },
  { name: 'no NUL at the end', bytes: [1, 0, 0, 0, 0x61, 0x62] },
  { name: 'nothing behind the length', bytes: [0, 0, 0, 0] },
]

describe('decodeFields', () => {
  for (const { name, bytes } of malformed) {
    it(`refuses ${name}`, () => {
      assert.throws(() => decodeFields(Buffer.from(bytes)), /malformed message/)
    })
  }
})

describe('packList', () => {
  it('ends each text with NUL', () => assert.equal(packList(['a', '']).toString(), 'a\0\0'))
  it('refuses a NUL inside', () => assert.throws(() => packList(['a\0']), /NUL byte/))
})
