// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FileEntry } from '../../../../images/tar/entry.ts'
import {
  type InodeRecord,
  inodeRecord,
  parseInodeRecord,
  type RecordWriters,
  withRecord,
} from '../../../../images/unpack/inode-record.ts'

const device = { major: 0, minor: 0 }

describe('parseInodeRecord', () => {
  const records: readonly InodeRecord[] = [
    { type: 'file', uid: 1000, gid: 5, mode: 0o640, device },
    { type: 'directory', uid: 0, gid: 8, mode: 0o2755, device },
    { type: 'symlink', uid: 2 ** 32 - 2, gid: 0, mode: 0o777, device },
    { type: 'fifo', uid: 1, gid: 1, mode: 0, device },
    { type: 'char', uid: 0, gid: 5, mode: 0o620, device: { major: 136, minor: 0 } },
    { type: 'block', uid: 0, gid: 6, mode: 0o660, device: { major: 0xfff, minor: 0xfffff } },
  ]
  for (const record of records) {
    it(`reads what is written: ${inodeRecord(record)}`, () => {
      assert.deepEqual(parseInodeRecord(inodeRecord(record).toString()), record)
    })
  }

  const others = [
    ['nothing', ''],
    ['a part', '0:5:0620'],
    ['an unknown type', '0:5:0620:socket'],
    ['a hard link', '0:5:0620:link'],
    ['a device without numbers', '0:5:0620:char'],
    ['a device with one number', '0:5:0620:char:1'],
    ['a file with numbers', '0:5:0620:file:1:3'],
    ['an id that means none', '4294967295:0:0644:file'],
    ['a negative id', '-1:0:0644:file'],
    ['a mode with more bits', '0:0:10644:file'],
    ['a mode that is not octal', '0:0:0648:file'],
    ['a device number that is too large', '0:0:0644:char:4096:0'],
    ['another number that is too large', '0:0:0644:char:0:1048576'],
    ['a line more', '0:0:0644:file\n'],
  ] as const
  for (const [name, value] of others) {
    it(`finds no record in ${name}`, () => assert.equal(parseInodeRecord(value), undefined))
  }
})

describe('withRecord', () => {
  const found: FileEntry = {
    ...{ type: 'file', path: 'f', mode: 0o755, uid: 0, gid: 0, device, linkTarget: '' },
    ...{ mtime: { seconds: 0, nanoseconds: 0 }, xattrs: new Map() },
  }
  const record = { type: 'file', uid: 1000, gid: 5, mode: 0o4755, device } as const
  const char = { ...record, type: 'char', mode: 0o620, device: { major: 1, minor: 3 } } as const
  interface Case {
    readonly name: string
    readonly found?: Partial<FileEntry>
    readonly record?: InodeRecord
    readonly sizeBytes?: bigint
    readonly writers?: RecordWriters
    readonly want: Partial<FileEntry>
  }
  const cases: readonly Case[] = [
    { name: 'owner and set-id bits come back', want: { uid: 1000, gid: 5, mode: 0o4755 } },
    {
      name: 'anyone’s record gives no set-id bits to what others can write',
      found: { mode: 0o775 },
      record: { ...record, mode: 0o4775 },
      writers: 'anyone',
      want: { uid: 1000, mode: 0o775 },
    },
    {
      name: 'anyone’s record counts where only the owner can write',
      writers: 'anyone',
      want: { uid: 1000, mode: 0o4755 },
    },
    {
      name: 'root’s record counts on what others can write',
      found: { mode: 0o777 },
      record: { ...record, mode: 0o6777 },
      want: { uid: 1000, mode: 0o6777 },
    },
    { name: 'a later mode counts', found: { mode: 0o700 }, want: { uid: 1000, mode: 0o700 } },
    {
      name: 'a later mode with set-id bits counts',
      found: { mode: 0o2755 },
      want: { mode: 0o2755 },
    },
    { name: 'a later owner counts', found: { uid: 33 }, want: { uid: 33, gid: 0 } },
    {
      name: 'an empty file becomes the device it stands for',
      found: { mode: 0o620 },
      record: char,
      want: { type: 'char', device: { major: 1, minor: 3 }, mode: 0o620, uid: 1000 },
    },
    {
      name: 'a file with content stands for nothing',
      record: char,
      sizeBytes: 1n,
      want: { type: 'file', uid: 0, mode: 0o755 },
    },
    {
      name: 'a record of another type was copied along',
      found: { type: 'directory' },
      want: { type: 'directory', uid: 0, mode: 0o755 },
    },
  ]
  for (const { name, want, sizeBytes = 0n, writers = 'root', ...given } of cases) {
    it(name, () => {
      const entry = withRecord({ ...found, ...given.found }, given.record ?? record, {
        sizeBytes,
        writers,
      })
      for (const [key, value] of Object.entries(want)) {
        assert.deepEqual(entry[key as keyof FileEntry], value, key) // the keys of a Partial
      }
    })
  }
})
