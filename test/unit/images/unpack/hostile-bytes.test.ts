// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { INODE_RECORD_XATTR } from '../../../../images/unpack/inode-record.ts'
import { makeTar, metaEntry, paxRecord, tarEntry } from '../tar/make-tar.ts'
import { directory, file, type HostileCase, testHostile, text } from './hostile.ts'
import { sys } from './scratch-root.ts'

const end = Buffer.alloc(1024)
const good = makeTar(file('good', 'x'.repeat(600)))
const long = (length: number) => 'n'.repeat(length)

const damaged: readonly HostileCase[] = [
  { name: 'nothing at all', archive: Buffer.alloc(0), want: /cut off/ },
  { name: 'cut off in a header', archive: good.subarray(0, 300), want: /cut off/ },
  { name: 'cut off in a file', archive: good.subarray(0, 1000), want: /cut off/ },
  { name: 'cut off in the padding', archive: good.subarray(0, 512 + 1020), want: /cut off/ },
  { name: 'cut off between entries', archive: tarEntry(file('x')), want: /cut off/ },
  {
    name: 'cut off in an extended header',
    archive: metaEntry('x', paxRecord('path', long(2000))).subarray(0, 900),
    want: /cut off/,
  },
  { name: 'a wrong checksum', archive: [{ ...file('x'), checksum: 1 }], want: /wrong checksum/ },
  {
    name: 'a wrong checksum further on',
    archive: [file('x'), { ...file('y'), checksum: 1 }],
    want: /wrong checksum/,
  },
  {
    name: 'rubbish after a file',
    archive: Buffer.concat([tarEntry(file('x')), Buffer.alloc(512, 'r')]),
    want: /wrong checksum/,
  },
  {
    name: 'what follows the end marker is not looked at',
    archive: Buffer.concat([makeTar(file('x', 'first')), tarEntry(file('../escaped'))]),
    want: (root) => assert.equal(text(root, 'x'), 'first'),
  },
]

const sizes: readonly HostileCase[] = [
  {
    name: 'a negative size',
    archive: [{ ...file('x'), change: (block) => block.fill(0xff, 124, 136) }],
    want: /impossible size/,
  },
  {
    name: 'a negative size of an extended header',
    archive: [{ name: 'x', type: 'x', change: (block) => block.fill(0xff, 124, 136) }],
    want: /impossible size/,
  },
  {
    name: 'a size beyond 2^53',
    archive: [{ ...file('x'), change: (block) => block.fill(0x80, 124, 136) }],
    want: /impossible size/,
  },
  {
    name: 'a size that is no number',
    archive: [{ ...file('x'), change: (block) => block.write('99999999999\0', 124, 'latin1') }],
    want: /impossible size/,
  },
  { name: 'more size than content', archive: [{ ...file('x'), size: 2 ** 32 }], want: /cut off/ },
  {
    name: 'a size in an extended header that is no number',
    archive: [{ ...file('x'), pax: { size: '1e3' } }],
    want: /size="1e3"/,
  },
  {
    name: 'a size in an extended header which the decoder reads in another way',
    archive: [{ ...file('x', ''), pax: { size: '0000000000000000000000' } }, file('y')],
    want: (root) => assert.equal(text(root, 'y'), 'hostile'),
  },
  {
    name: 'a directory with content',
    archive: [{ ...directory('d'), body: 'x' }],
    want: /directory and has content/,
  },
  {
    name: 'an old directory, a file with a slash at the end, with content',
    archive: [{ name: 'd/', type: '\0', body: 'x' }],
    want: /has content/,
  },
  {
    name: 'a link with content',
    archive: [{ name: 'l', type: '2', link: 'x', body: 'x' }],
    want: /has content/,
  },
  {
    name: 'an extended header of 1 MiB and a byte',
    archive: [{ ...file('x'), pax: { comment: Buffer.alloc(1024 * 1024) } }],
    want: /extended header has \d+ bytes/,
  },
  {
    name: 'shared headers that pile up',
    archive: Buffer.concat([
      ...['a', 'b', 'c'].map((key) => metaEntry('g', paxRecord(key, Buffer.alloc(500_000)))),
      end,
    ]),
    want: /headers for all entries are too long/,
  },
  {
    name: 'a shared header that renames all entries',
    archive: Buffer.concat([metaEntry('g', paxRecord('path', 'x')), end]),
    want: /a header for all entries sets path/,
  },
  {
    name: 'a record longer than its header',
    archive: Buffer.concat([metaEntry('x', Buffer.from('999 path=x\n')), tarEntry(file('x')), end]),
    want: /broken record/,
  },
  {
    name: 'a record of length zero',
    archive: Buffer.concat([metaEntry('x', Buffer.from('0 path=x\n')), tarEntry(file('x')), end]),
    want: /broken record/,
  },
]

const values: readonly HostileCase[] = [
  { name: 'no name', archive: [file('')], want: /no name/ },
  {
    name: 'a name of 256 bytes',
    archive: [{ ...file('x'), pax: { path: long(256) } }],
    want: /ENAMETOOLONG/,
  },
  {
    name: 'a path of 5,000 bytes',
    archive: [{ ...file('x'), pax: { path: `${`${long(100)}/`.repeat(50)}x` } }],
    want: /ENAMETOOLONG/,
  },
  { name: 'a NUL in a name', archive: [{ ...file('x'), pax: { path: 'a\0b' } }], want: /NUL byte/ },
  {
    name: 'a NUL in a link',
    archive: [{ name: 'l', type: '2', pax: { linkpath: 'a\0b' } }],
    want: /NUL byte/,
  },
  {
    name: 'a link that leads nowhere',
    archive: [{ name: 'l', type: '2', link: '' }],
    want: /cannot be made/,
  },
  {
    name: 'the owner -1',
    archive: [{ ...file('x'), pax: { uid: '4294967295' } }],
    want: /the uid 4294967295/,
  },
  { name: 'a negative owner', archive: [{ ...file('x'), pax: { uid: '-1' } }], want: /uid="-1"/ },
  {
    name: 'a time that is none',
    archive: [{ ...file('x'), pax: { mtime: 'NaN' } }],
    want: /mtime="NaN"/,
  },
  {
    name: 'a type that nobody knows',
    archive: [{ ...file('x'), type: 'Z' }],
    want: /unknown type "Z"/,
  },
  {
    name: 'a device that means "deleted" to an overlay',
    archive: [{ name: 'gone', type: '3', device: [0, 0] }],
    want: (root) => {
      assert.ok(lstatSync(join(root, 'gone')).isFile())
      const record = sys.lgetxattr(join(root, 'gone'), INODE_RECORD_XATTR)
      assert.equal(record.toString(), '0:0:0644:char:0:0')
    },
  },
  {
    name: 'a device number out of range',
    archive: [{ name: 'd', type: '3', device: [4096, 0] }],
    want: /device number 4096/,
  },
  {
    name: 'attributes that are ours, or those of overlay, are dropped',
    archive: [
      {
        ...file('x'),
        pax: {
          'SCHILY.xattr.user.overlay.opaque': 'y',
          'SCHILY.xattr.trusted.overlay.opaque': 'y',
          'SCHILY.xattr.user.tsbuild.inode': '0:0:0777:file',
          'SCHILY.xattr.security.selinux': 'label',
          'SCHILY.xattr.user.mine': 'kept',
        },
      },
    ],
    want: (root, { rules }) => {
      const ours = (name: string) => name !== INODE_RECORD_XATTR || !rules.holdsIds(0, 0)
      const names = sys.llistxattr(join(root, 'x')).filter((name) => ours(name))
      assert.deepEqual(names, ['user.mine'])
    },
  },
  {
    name: 'an attribute that the file system has no room for is counted',
    archive: [{ ...file('x'), pax: { 'SCHILY.xattr.user.big': Buffer.alloc(70_000) } }],
    want: (root, { rules }) => {
      assert.ok(statSync(join(root, 'x')).isFile())
      assert.equal(rules.losses.xattrs, 1)
    },
  },
  {
    name: 'set-id bits of an owner that cannot be kept are not given to another one',
    before: ({ rules }) => void Object.assign(rules, { holdsIds: (uid: number) => uid === 0 }),
    archive: [{ ...file('x'), mode: 0o6755, uid: 1000 }],
    want: (root) => {
      assert.equal(lstatSync(join(root, 'x')).mode & 0o7777, 0o755)
      assert.equal(
        sys.lgetxattr(join(root, 'x'), INODE_RECORD_XATTR).toString(),
        '1000:0:6755:file',
      )
    },
  },
]

describe('an archive that is damaged', () => testHostile(damaged))
describe('an archive that lies about sizes', () => testHostile(sizes))
describe('an archive with values that nothing can hold', () => testHostile(values))
