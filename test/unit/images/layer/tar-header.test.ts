// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encodeHeader, type SizedEntry } from '../../../../images/layer/tar-header.ts'
import { parsePax } from '../../../../images/tar/pax.ts'

const plain: SizedEntry = {
  type: 'file',
  path: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: { seconds: 1, nanoseconds: 0 },
  linkTarget: '',
  device: { major: 0, minor: 0 },
  xattrs: new Map(),
  sizeBytes: 0,
}

const a = (count: number) => 'a'.repeat(count)

interface Case {
  readonly name: string
  readonly entry: Partial<SizedEntry>
  /** Fields of the header itself, by offset. */
  readonly want: Readonly<Record<number, string>>
  /** Records of the extended header, in order, as byte strings; none: there is no such header. */
  readonly pax?: readonly (readonly [key: string, value: string])[]
}

const [NAME, MODE, UID, SIZE, MTIME, TYPE, LINK, MAJOR, MINOR, PREFIX] = [
  0, 100, 108, 124, 136, 156, 157, 329, 337, 345,
]

const cases: readonly Case[] = [
  {
    name: 'numbers are octal and filled up with zeros',
    entry: { mode: 0o4755, uid: 1000, sizeBytes: 8, mtime: { seconds: 8, nanoseconds: 0 } },
    want: {
      [MODE]: '0004755',
      [UID]: '0001750',
      [SIZE]: '00000000010',
      [MTIME]: '00000000010',
      [TYPE]: '0',
    },
  },
  { name: 'a directory ends in a slash', entry: { type: 'directory' }, want: { [NAME]: 'file/' } },
  {
    name: 'the root is ./',
    entry: { type: 'directory', path: '.' },
    want: { [NAME]: './', [TYPE]: '5' },
  },
  { name: '100 bytes are no long name', entry: { path: a(100) }, want: { [NAME]: a(100) } },
  {
    name: 'a longer name is split at the last slash that leaves a prefix of 155 bytes',
    entry: { path: `${a(100)}/${a(54)}/${a(90)}/b` },
    want: { [PREFIX]: `${a(100)}/${a(54)}`, [NAME]: `${a(90)}/b` },
  },
  {
    name: 'a directory is not split at the slash at its end',
    entry: { type: 'directory', path: `b/${a(99)}` },
    want: { [PREFIX]: 'b', [NAME]: `${a(99)}/` },
  },
  {
    name: 'what cannot be split is a record, and the field is no directory by mistake',
    entry: { path: `${a(99)}/${a(101)}` },
    want: { [NAME]: a(99), [PREFIX]: '' },
    pax: [['path', `${a(99)}/${a(101)}`]],
  },
  {
    name: 'bytes that are no ASCII are a record as they are',
    entry: { path: 'x\xff', type: 'symlink', linkTarget: '\xe4' },
    want: { [NAME]: 'x_', [LINK]: '_\0', [TYPE]: '2' },
    pax: [
      ['linkpath', '\xe4'],
      ['path', 'x\xff'],
    ],
  },
  {
    name: 'a link target of 101 bytes is a record',
    entry: { type: 'link', linkTarget: a(101) },
    want: { [LINK]: a(100), [TYPE]: '1' },
    pax: [['linkpath', a(101)]],
  },
  {
    name: 'the largest numbers of the header',
    entry: { uid: 0o7777777, gid: 0o7777777, sizeBytes: 2 ** 33 - 1 },
    want: { [UID]: '7777777', [SIZE]: '77777777777' },
  },
  {
    name: 'larger ones are records',
    entry: { uid: 0o10000000, gid: 2 ** 32 - 2, sizeBytes: 2 ** 33 },
    want: { [UID]: '0000000', [SIZE]: '00000000000' },
    pax: [
      ['gid', '4294967294'],
      ['size', '8589934592'],
      ['uid', '2097152'],
    ],
  },
  {
    name: 'a time with a fraction',
    entry: { mtime: { seconds: 8, nanoseconds: 120_000_000 } },
    want: { [MTIME]: '00000000010' },
    pax: [['mtime', '8.12']],
  },
  {
    name: 'a time before 1970',
    entry: { mtime: { seconds: -2, nanoseconds: 750_000_000 } },
    want: { [MTIME]: '00000000000' },
    pax: [['mtime', '-1.25']],
  },
  {
    name: 'a whole time before 1970',
    entry: { mtime: { seconds: -2, nanoseconds: 0 } },
    want: { [MTIME]: '00000000000' },
    pax: [['mtime', '-2']],
  },
  {
    name: 'a nanosecond before 1970',
    entry: { mtime: { seconds: -1, nanoseconds: 999_999_999 } },
    want: {},
    pax: [['mtime', '-0.000000001']],
  },
  {
    name: 'a time in the far future',
    entry: { mtime: { seconds: 2 ** 33, nanoseconds: 0 } },
    want: { [MTIME]: '00000000000' },
    pax: [['mtime', '8589934592']],
  },
  {
    name: 'a device',
    entry: { type: 'char', device: { major: 0xfff, minor: 0xfffff } },
    want: { [TYPE]: '3', [MAJOR]: '0007777', [MINOR]: '3777777' },
  },
  {
    name: 'attributes are records sorted by key, with any bytes',
    entry: {
      path: '\xff',
      xattrs: new Map([
        ['user.b', Buffer.from([0, 0xff, 0x0a])],
        ['user.a', Buffer.alloc(0)],
      ]),
    },
    want: {},
    pax: [
      ['SCHILY.xattr.user.a', ''],
      ['SCHILY.xattr.user.b', '\0\xff\n'],
      ['path', '\xff'],
    ],
  },
]

describe('encodeHeader', () => {
  for (const { name, entry, want, pax } of cases) {
    it(name, () => {
      const bytes = encodeHeader({ ...plain, ...entry })
      const header = bytes.subarray(-512)
      for (const [offset, text] of Object.entries(want)) {
        const end = Number(offset) + text.length
        assert.equal(header.toString('latin1', Number(offset), end), text)
        // A full name needs no end, and the type has no room for one.
        if (text.length !== 100 && text.length !== 1) assert.equal(header[end], 0)
      }
      assert.deepEqual(recordsIn(bytes), pax ?? [])
    })
  }

  it('counts the digits of a record’s length', () => {
    for (let length = 80; length < 110; length++) {
      const bytes = encodeHeader({ ...plain, path: '\xff'.repeat(length) })
      assert.deepEqual(recordsIn(bytes), [['path', '\xff'.repeat(length)]])
    }
  })

  it('refuses more attributes than readers take', () => {
    const names = Array.from({ length: 17 }, (_, index) => `user.${index}`)
    const xattrs = new Map(names.map((name) => [name, Buffer.alloc(65_536)]))
    const pack = () => encodeHeader({ ...plain, xattrs })
    assert.throws(pack, { code: 'PATH_INVALID', hint: /1048576 bytes/ })
  })

  it('refuses an attribute that pax would cut', () => {
    const xattrs = new Map([['user.a=b', Buffer.alloc(1)]])
    const pack = () => encodeHeader({ ...plain, xattrs })
    assert.throws(pack, { code: 'PATH_INVALID', hint: /attributes with "="/ })
  })
})

function recordsIn(bytes: Buffer): (readonly [string, string])[] {
  if (bytes.length === 512) return []
  assert.equal(bytes.toString('latin1', TYPE, (TYPE ?? 0) + 1), 'x')
  const length = Number.parseInt(bytes.toString('latin1', SIZE, (SIZE ?? 0) + 11), 8)
  const records = parsePax(bytes.subarray(512, 512 + length))
  return records.map(([key, value]) => [key, value.toString('latin1')])
}
