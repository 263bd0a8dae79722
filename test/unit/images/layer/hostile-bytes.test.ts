// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { makeTar, metaEntry, paxRecord, tarEntry } from '../tar/make-tar.ts'
import { directory, file, text } from '../unpack/hostile.ts'
import { type HostileLayer, isInvalid, testHostileLayers } from './hostile-layers.ts'
import { scratchLayers } from './layers.ts'

const end = Buffer.alloc(1024)
const good = makeTar(file('good', 'x'.repeat(600)))
const long = (length: number) => 'n'.repeat(length)

const damaged: readonly HostileLayer[] = [
  { name: 'cut off in a header', layer: good.subarray(0, 300), want: /cut off/ },
  { name: 'cut off in a file', layer: good.subarray(0, 1000), want: /cut off/ },
  { name: 'cut off in the padding', layer: good.subarray(0, 512 + 1020), want: /cut off/ },
  {
    name: 'cut off in an extended header',
    layer: metaEntry('x', paxRecord('path', long(2000))).subarray(0, 900),
    want: /cut off/,
  },
  {
    name: 'cut off behind an extended header',
    layer: metaEntry('x', paxRecord('path', 'x')),
    want: /cut off/,
  },
  {
    name: 'without an end marker',
    layer: tarEntry(file('x', 'whole')),
    want: (root) => assert.equal(text(root, 'x'), 'whole'),
  },
  {
    name: 'nothing at all is a layer without files',
    layer: Buffer.alloc(0),
    want: (root) => assert.deepEqual(readdirSync(root), []),
  },
  { name: 'a wrong checksum', layer: [{ ...file('x'), checksum: 1 }], want: /wrong checksum/ },
  {
    name: 'a wrong checksum further on',
    layer: [file('x'), { ...file('y'), checksum: 1 }],
    want: /wrong checksum/,
  },
  {
    name: 'rubbish after a file',
    layer: Buffer.concat([tarEntry(file('x')), Buffer.alloc(512, 'r')]),
    want: /wrong checksum/,
  },
  {
    name: 'what follows two blocks of zeros is not looked at',
    layer: Buffer.concat([makeTar(file('x', 'first')), tarEntry(file('../escaped')), end]),
    want: (root) => assert.deepEqual(readdirSync(root), ['x']),
  },
  {
    name: 'what follows one block of zeros is not looked at',
    layer: Buffer.concat([tarEntry(file('x')), end.subarray(512), tarEntry(file('y')), end]),
    want: (root) => assert.deepEqual(readdirSync(root), ['x']),
  },
]

const sizes: readonly HostileLayer[] = [
  {
    name: 'a negative size',
    layer: [{ ...file('x'), change: (block) => block.fill(0xff, 124, 136) }],
    want: /impossible size/,
  },
  {
    name: 'a size beyond 2^53',
    layer: [{ ...file('x'), change: (block) => block.fill(0x80, 124, 136) }],
    want: /impossible size/,
  },
  {
    name: 'a negative size of an extended header',
    layer: [{ name: 'x', type: 'x', change: (block) => block.fill(0xff, 124, 136) }],
    want: /impossible size/,
  },
  {
    name: 'a size that is no number',
    layer: [{ ...file('x'), change: (block) => block.write('99999999999\0', 124, 'latin1') }],
    want: /impossible size/,
  },
  { name: 'more size than content', layer: [{ ...file('x'), size: 2 ** 32 }], want: /cut off/ },
  {
    name: 'more size in an extended header than content',
    layer: [{ ...file('x'), pax: { size: '9007199254740991' } }],
    want: /cut off/,
  },
  {
    name: 'less size in an extended header: the content is taken for a header',
    layer: [{ ...file('x', 'c'.repeat(512)), pax: { size: '0' } }],
    want: /wrong checksum/,
  },
  { name: 'a size in words', layer: [{ ...file('x'), pax: { size: '1e3' } }], want: /size="1e3"/ },
  {
    name: 'a negative size in digits',
    layer: [{ ...file('x'), pax: { size: '-1' } }],
    want: /"-1"/,
  },
  {
    name: 'a directory with content',
    layer: [{ ...directory('d'), body: 'x' }],
    want: /has content/,
  },
  {
    name: 'an old directory, a file with a slash at the end, with content',
    layer: [{ name: 'd/', type: '\0', body: 'x' }],
    want: /has content/,
  },
  {
    name: 'a hard link with content',
    layer: [{ name: 'l', type: '1', link: 'x', body: 'x' }],
    want: /has content/,
  },
  {
    name: 'a fifo with content',
    layer: [{ name: 'p', type: '6', body: 'x' }],
    want: /has content/,
  },
  {
    name: 'an extended header of 1 MiB and a byte',
    layer: [{ ...file('x'), pax: { comment: Buffer.alloc(1024 * 1024) } }],
    want: /extended header has \d+ bytes/,
  },
  {
    name: 'a GNU long name of 1 GiB',
    layer: [{ name: 'x', type: 'L', size: 2 ** 30 }],
    want: /extended header has 1073741824 bytes/,
  },
  {
    name: 'shared headers that pile up',
    layer: Buffer.concat([
      ...['a', 'b', 'c'].map((key) => metaEntry('g', paxRecord(key, Buffer.alloc(500_000)))),
      end,
    ]),
    want: /headers for all entries are too long/,
  },
  {
    name: 'a shared header that renames all entries',
    layer: Buffer.concat([metaEntry('g', paxRecord('path', 'x')), end]),
    want: /a header for all entries sets path/,
  },
  {
    name: 'a record longer than its header',
    layer: Buffer.concat([metaEntry('x', Buffer.from('999 path=x\n')), tarEntry(file('x')), end]),
    want: /broken record/,
  },
  {
    name: 'a record of length zero',
    layer: Buffer.concat([metaEntry('x', Buffer.from('0 path=x\n')), tarEntry(file('x')), end]),
    want: /broken record/,
  },
]

const sparse = (version: '0.1' | '1.0', pax: Record<string, string>, body = '') => {
  const [major = '', minor = ''] = version.split('.')
  return [
    { name: 'x', body, pax: { 'GNU.sparse.major': major, 'GNU.sparse.minor': minor, ...pax } },
  ]
}

const maps: readonly HostileLayer[] = [
  {
    name: 'a sparse file of 8 EiB less a little',
    layer: sparse('0.1', { 'GNU.sparse.size': String(2 ** 53 - 1), 'GNU.sparse.map': '0,1' }, 'x'),
    want: /cannot be made.*EFBIG/,
  },
  {
    name: 'a sparse file of 1 TiB takes no place',
    layer: sparse('0.1', { 'GNU.sparse.size': String(2 ** 40), 'GNU.sparse.map': '0,1' }, 'x'),
    want: (root) => {
      const { size, blocks } = lstatSync(join(root, 'x'))
      assert.ok(size === 2 ** 40 && blocks < 100)
    },
  },
  {
    name: 'a map with a run behind the end',
    layer: sparse('0.1', { 'GNU.sparse.size': '10', 'GNU.sparse.map': '9,2' }, 'xx'),
    want: /map of a sparse file is broken/,
  },
  {
    name: 'a map with runs that overlap',
    layer: sparse('0.1', { 'GNU.sparse.size': '10', 'GNU.sparse.map': '0,4,2,4' }, 'xxxxxxxx'),
    want: /map of a sparse file is broken/,
  },
  {
    name: 'a map of an odd count',
    layer: sparse('0.1', { 'GNU.sparse.size': '10', 'GNU.sparse.map': '0,4,8' }, 'xxxx'),
    want: /map of a sparse file is broken/,
  },
  {
    name: 'a map of more than the archive stores',
    layer: sparse('0.1', { 'GNU.sparse.size': '10', 'GNU.sparse.map': '0,9' }, 'x'),
    want: /map of a sparse file is broken/,
  },
  {
    name: 'a map with a negative number',
    layer: sparse('0.1', { 'GNU.sparse.size': '10', 'GNU.sparse.map': '-1,1' }, 'x'),
    want: /GNU.sparse.map="-1"/,
  },
  {
    name: 'a map in the content that promises a billion runs',
    layer: sparse('1.0', { 'GNU.sparse.realsize': '10' }, '1000000000\n0\n1\n'),
    want: /map of a sparse file is broken/,
  },
  {
    name: 'a map in the content that is no text',
    layer: sparse('1.0', { 'GNU.sparse.realsize': '10' }, '\xff\xfe\n\n'),
    want: /map of a sparse file is broken/,
  },
  {
    name: 'an old sparse file whose map goes on and is cut off',
    layer: tarEntry({ name: 'x', type: 'S', change: (block) => block.fill(1, 482, 483) }),
    want: /cut off/,
  },
]

describe('a layer that is damaged', () => testHostileLayers(damaged))
describe('a layer that lies about sizes', () => testHostileLayers(sizes))
describe('a layer with maps of holes that do not fit', () => testHostileLayers(maps))

describe('a layer of more than it may have', () => {
  it('is refused', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    const layer = makeTar(file('x', 'x'.repeat(600)), file('y', 'y'.repeat(600)))
    await scratch.overlay(layer, { maxBytes: 1200 })
    await assert.rejects(scratch.overlay(layer, { maxBytes: 1199 }), isInvalid(/than 1199 bytes/))
  })
})
