// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { INODE_RECORD_XATTR } from '../../../../images/unpack/inode-record.ts'
import type { TarFields } from '../tar/make-tar.ts'
import { directory, file, hardLink, link, text } from '../unpack/hostile.ts'
import { sys } from '../unpack/scratch-root.ts'
import { type HostileLayer, testHostileLayers } from './hostile-layers.ts'

const long = (length: number) => 'n'.repeat(length)
const deep = (depth: number): TarFields => ({
  ...file('x'),
  pax: { path: `${'d/'.repeat(depth)}x` },
})
const type = (root: string, name: string) => lstatSync(join(root, name))

const values: readonly HostileLayer[] = [
  { name: 'no name', layer: [file('')], want: /no name/ },
  {
    name: 'a name of 256 bytes',
    layer: [{ ...file('x'), pax: { path: long(256) } }],
    want: /ENAMETOOLONG/,
  },
  {
    name: 'a path of 5,000 bytes',
    layer: [{ ...file('x'), pax: { path: `${`${long(100)}/`.repeat(50)}x` } }],
    want: /ENAMETOOLONG/,
  },
  { name: 'a path of 100,000 directories', layer: [deep(100_000)], want: /ENAMETOOLONG/ },
  {
    name: 'a path of 1,000 directories',
    layer: [deep(1000)],
    want: (root) => assert.ok(type(root, `${'d/'.repeat(1000)}x`).isFile()),
  },
  { name: 'a NUL in a name', layer: [{ ...file('x'), pax: { path: 'a\0b' } }], want: /NUL byte/ },
  {
    name: 'a NUL in a link',
    layer: [{ ...link('l', ''), pax: { linkpath: 'a\0b' } }],
    want: /NUL byte/,
  },
  {
    name: 'a NUL in the name of an attribute',
    layer: [{ ...file('x'), pax: { 'SCHILY.xattr.user.a\0b': 'x' } }],
    want: /NUL byte/,
  },
  {
    name: 'newlines, controls and bytes that are no text in a name',
    layer: [{ ...file('x', 'kept'), pax: { path: Buffer.from('a\n\x1b[31m\xff', 'latin1') } }],
    want: (root) => assert.deepEqual(readdirSync(root, 'latin1'), ['a\n\x1b[31m\xff']),
  },
  { name: 'a link that leads nowhere', layer: [link('l', '')], want: /cannot be made/ },
  {
    name: 'a link to 5,000 bytes',
    layer: [{ ...link('l', ''), pax: { linkpath: long(5000) } }],
    want: /ENAMETOOLONG/,
  },
  { name: 'the owner -1', layer: [{ ...file('x'), pax: { uid: '4294967295' } }], want: /the uid/ },
  { name: 'a negative owner', layer: [{ ...file('x'), pax: { uid: '-1' } }], want: /uid="-1"/ },
  {
    name: 'a negative owner in the header',
    layer: [{ ...file('x'), change: (block) => block.fill(0xff, 108, 116) }],
    want: /impossible uid/,
  },
  {
    name: 'an owner in base 256 that is too large',
    layer: [
      {
        ...file('x'),
        change: (block) => block.write('\x80\0\0\x7f\xff\xff\xff\xff', 116, 'latin1'),
      },
    ],
    want: /the gid/,
  },
  {
    name: 'a mode that is no number',
    layer: [{ ...file('x'), change: (block) => block.write('rwxr-xr', 100, 'latin1') }],
    want: /impossible mode/,
  },
  {
    name: 'a time that is none',
    layer: [{ ...file('x'), pax: { mtime: 'NaN' } }],
    want: /mtime="NaN"/,
  },
  {
    name: 'a type that nobody knows',
    layer: [{ ...file('x'), type: 'Z' }],
    want: /unknown type "Z"/,
  },
  {
    name: 'a part of an archive of several volumes',
    layer: [{ ...file('x'), type: 'M' }],
    want: /unknown type "M"/,
  },
  {
    name: 'a device number out of range',
    layer: [{ name: 'd', type: '3', device: [4096, 0] }],
    want: /device number 4096/,
  },
]

const marks: readonly HostileLayer[] = [
  {
    name: 'a device that means "deleted" to an overlay',
    below: [file('gone', 'old')],
    layer: [{ name: 'gone', type: '3', device: [0, 0] }],
    want: (root) => {
      assert.ok(type(root, 'gone').isFile())
      const record = sys.lgetxattr(join(root, 'gone'), INODE_RECORD_XATTR)
      assert.match(record.toString(), /char:0:0$/)
    },
  },
  {
    name: 'a hard link to such a device',
    below: [file('gone', 'old')],
    layer: [{ name: 'd', type: '3', device: [0, 0] }, hardLink('gone', 'd')],
    want: (root) => assert.ok(type(root, 'gone').isFile()),
  },
  ...[directory('d'), file('d')].map(
    (fields): HostileLayer => ({
      name: `attributes of overlay and of ours on a ${fields.type === '5' ? 'directory' : 'file'}`,
      below: [directory('d')],
      layer: [
        {
          ...fields,
          pax: {
            'SCHILY.xattr.user.overlay.opaque': 'y',
            'SCHILY.xattr.trusted.overlay.opaque': 'y',
            'SCHILY.xattr.user.overlay.redirect': '/outside',
            'SCHILY.xattr.trusted.overlay.redirect': '/outside',
            'SCHILY.xattr.user.overlay.metacopy': '',
            'SCHILY.xattr.user.overlay.whiteout': 'y',
            'SCHILY.xattr.user.tsbuild.inode': '0:0:6777:file',
            'SCHILY.xattr.security.selinux': 'label',
            'SCHILY.xattr.user.mine': 'kept',
          },
        },
      ],
      want: (root, { rules }) => {
        const ours = (name: string) => name !== INODE_RECORD_XATTR || !rules.holdsIds(0, 0)
        const names = sys.llistxattr(join(root, 'd')).filter((name) => ours(name))
        assert.deepEqual(names, ['user.mine'])
      },
    }),
  ),
  {
    name: 'an attribute that the file system has no room for is counted',
    layer: [{ ...file('x'), pax: { 'SCHILY.xattr.user.big': Buffer.alloc(70_000) } }],
    want: (root, { rules }) => {
      assert.ok(type(root, 'x').isFile())
      assert.equal(rules.losses.xattrs, 1)
    },
  },
]

const changes: readonly HostileLayer[] = [
  {
    name: 'a name that is a file, a directory, a link and a file again',
    layer: [file('x'), directory('x'), file('x/y'), link('x', '../outside'), file('x', 'last')],
    want: (root) => assert.equal(text(root, 'x'), 'last'),
  },
  {
    name: 'a file below a file',
    layer: [file('x'), file('x/y')],
    want: /cannot be made|goes through/,
  },
  {
    name: 'a directory below a device',
    layer: [{ name: 'x', type: '6' }, directory('x/y')],
    want: /cannot be made|goes through/,
  },
  {
    name: 'a file written again does not change its other name',
    layer: [file('x', 'first'), hardLink('y', 'x'), file('x', 'second')],
    want: (root) => assert.equal(text(root, 'y'), 'first'),
  },
  {
    name: 'a file over a file of the layer below that has another name',
    below: [file('x', 'first'), hardLink('y', 'x')],
    layer: [file('x', 'second')],
    want: (root, { base }) =>
      assert.equal(
        text(root.startsWith(join(base, 'tree')) ? root : join(base, 'layer0'), 'y'),
        'first',
      ),
  },
  {
    name: 'set-id bits stay with the owner they were meant for',
    layer: [
      { ...file('x'), mode: 0o6755 },
      { ...file('y'), mode: 0o6755, uid: 2 ** 32 - 2 },
    ],
    want: (root, { rules }) => {
      assert.equal(type(root, 'x').mode & 0o7777, 0o6755)
      assert.equal(type(root, 'y').mode & 0o7777, rules.holdsIds(2 ** 32 - 2, 0) ? 0o6755 : 0o755)
    },
  },
  {
    name: 'a directory without rights is still filled',
    layer: [{ ...directory('d'), mode: 0 }, file('d/x', 'inside')],
    want: (root) => assert.equal(type(root, 'd').mode & 0o7777, 0),
  },
]

describe('a layer with values that nothing can hold', () => testHostileLayers(values))
describe('a layer with marks that are not its own', () => testHostileLayers(marks))
describe('a layer that changes its mind', () => testHostileLayers(changes))
