// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { makeTar, metaEntry, tarEntry } from '../tar/make-tar.ts'
import { directory, file, hardLink, link, text } from '../unpack/hostile.ts'
import { type HostileLayer, testHostileLayers } from './hostile-layers.ts'

const end = Buffer.alloc(1024)
const gone = (path: string) => file(path, '')
const blocked = /goes through|cannot be made|ELOOP|ENOTDIR/

const outside: readonly HostileLayer[] = [
  { name: 'a name with ..', layer: [file('../outside/secret')], want: /points upwards/ },
  { name: 'a name with .. in it', layer: [file('a/../../outside/secret')], want: /points upwards/ },
  { name: 'a directory ..', layer: [directory('..')], want: /points upwards/ },
  { name: 'an absolute name with ..', layer: [file('/../escaped')], want: /points upwards/ },
  {
    name: 'an absolute name is below the root',
    layer: [file('///escaped', 'kept in')],
    want: (root) => assert.equal(text(root, 'escaped'), 'kept in'),
  },
  {
    name: 'a .. in an extended header behind a harmless name',
    layer: [{ ...file('harmless'), pax: { path: '../outside/secret' } }],
    want: /points upwards/,
  },
  {
    name: 'a .. in the prefix of a name',
    layer: [{ ...file('secret'), change: (block) => block.write('../outside', 345, 'latin1') }],
    want: /points upwards/,
  },
  {
    name: 'a .. in a GNU long name',
    layer: Buffer.concat([metaEntry('L', Buffer.from('../escaped\0')), tarEntry(file('x')), end]),
    want: /points upwards/,
  },
  {
    name: 'a file below a link that leads outside',
    layer: [link('way', '../outside'), file('way/secret')],
    want: blocked,
  },
  {
    name: 'a file below an absolute link',
    layer: [link('way', '/'), file('way/escaped')],
    want: blocked,
  },
  {
    name: 'a directory below a link that leads outside',
    layer: [link('way', '../outside'), directory('way/directory')],
    want: blocked,
  },
  {
    name: 'a file below two links that lead out together',
    layer: [link('a', '.'), link('a/b', '..'), file('a/b/escaped')],
    want: blocked,
  },
  {
    name: 'a directory that a link replaces, with a file below it again',
    layer: [directory('d'), file('d/x'), link('d', '../outside'), file('d/secret')],
    want: blocked,
  },
  {
    name: 'a link below that leads outside makes room for a directory',
    below: [link('way', '../outside')],
    layer: [file('way/secret', 'kept in')],
    want: (root) => assert.equal(text(root, 'way/secret'), 'kept in'),
  },
  {
    name: 'a chain of links below',
    below: [link('a', 'b'), link('b', '../outside')],
    layer: [directory('a'), file('a/secret', 'kept in')],
    want: (root) => assert.equal(text(root, 'a/secret'), 'kept in'),
  },
  {
    name: 'a file with the name of a link replaces the link, not what it leads to',
    layer: [link('way', '../outside/secret'), file('way', 'new')],
    want: (root) => assert.equal(text(root, 'way'), 'new'),
  },
  {
    name: 'a directory with the name of a link gives its mode to no other',
    layer: [link('way', '../outside'), { ...directory('way'), mode: 0o777 }],
    want: (root) => assert.equal(lstatSync(join(root, 'way')).mode & 0o7777, 0o777),
  },
  {
    name: 'a hard link to ..',
    layer: [hardLink('x', '../outside/secret')],
    want: /points upwards/,
  },
  {
    name: 'a hard link to an absolute path is looked for in the layer',
    layer: [hardLink('x', '/etc/passwd')],
    want: /hard link to "etc\/passwd", which is no file of the tree/,
  },
  {
    name: 'a hard link through a link of the layer',
    layer: [link('way', '../outside'), hardLink('x', 'way/secret')],
    want: /goes through|no file of the tree|cannot be made/,
  },
  {
    name: 'a hard link through a link of the layer below',
    below: [link('way', '../outside')],
    layer: [hardLink('x', 'way/secret')],
    want: /goes through|no file of the tree|cannot be made/,
  },
  {
    name: 'a hard link to a link, and a write through it',
    layer: [link('way', '../outside/secret'), hardLink('x', 'way'), file('x', 'new')],
    want: (root) => assert.equal(text(root, 'x'), 'new'),
  },
  {
    name: 'a hard link to what is not there',
    layer: [hardLink('x', 'no')],
    want: /no file of the tree/,
  },
  {
    name: 'a hard link to a directory',
    layer: [directory('d'), hardLink('x', 'd')],
    want: /no file/,
  },
  {
    name: 'a hard link to a directory of the layer below',
    below: [directory('d')],
    layer: [hardLink('x', 'd')],
    want: /no file/,
  },
  {
    name: 'a hard link to a whiteout',
    below: [file('secret')],
    layer: [gone('.wh.secret'), hardLink('x', '.wh.secret')],
    want: /no file/,
  },
  {
    name: 'a hard link to itself',
    layer: [hardLink('x', 'x')],
    want: /no file/,
  },
  { name: 'the root as a file', layer: [file('.')], want: /root of the tree is not a directory/ },
  { name: 'the root as a link', layer: [link('/', '/etc')], want: /root of the tree/ },
]

const whiteouts: readonly HostileLayer[] = [
  { name: 'a whiteout of .', layer: [gone('d/.wh..')], want: /deletes ".", which is no name/ },
  { name: 'a whiteout of ..', layer: [gone('d/.wh...')], want: /deletes ".."/ },
  { name: 'a whiteout of nothing', layer: [gone('d/.wh.')], want: /deletes ""/ },
  {
    name: 'a whiteout above its directory',
    layer: [gone('../.wh.outside')],
    want: /points upwards/,
  },
  {
    name: 'a whiteout below a link of the layer',
    layer: [link('way', '../outside'), gone('way/.wh.secret')],
    want: blocked,
  },
  {
    name: 'a whiteout below a link of the layer below',
    below: [link('way', '../outside')],
    layer: [gone('way/.wh.secret')],
    want: (root) => assert.ok(lstatSync(join(root, 'way')).isDirectory()),
  },
  {
    name: 'a whiteout below a link that comes after it',
    layer: [gone('way/.wh.secret'), link('way', '../outside')],
    want: blocked,
  },
  {
    name: 'a whiteout of a link that leads outside',
    below: [link('way', '../outside')],
    layer: [gone('.wh.way')],
    want: (root) => assert.ok(!readdirSync(root).some((name) => name === 'secret')),
  },
  {
    name: 'an opaque mark through a link of the layer',
    layer: [link('way', '../outside'), gone('way/.wh..wh..opq')],
    want: blocked,
  },
  {
    name: 'an opaque mark through a link that comes after it',
    layer: [gone('way/.wh..wh..opq'), link('way', '../outside')],
    want: blocked,
  },
  {
    name: 'an opaque mark on a file',
    layer: [file('x'), gone('x/.wh..wh..opq')],
    want: blocked,
  },
  {
    name: 'an opaque mark on a directory with links that lead outside',
    below: [directory('d'), link('d/way', '../../outside'), directory('d/s'), link('d/s/way', '/')],
    layer: [directory('d'), gone('d/.wh..wh..opq')],
    want: (root) => assert.deepEqual(readdirSync(join(root, 'd')), []),
  },
  { name: 'a file below a whiteout', layer: [file('.wh.d/x')], want: /is below a whiteout/ },
  {
    name: 'a link as a whiteout',
    below: [file('x')],
    layer: [link('.wh.x', '../outside')],
    want: () => {},
  },
  {
    name: 'a whiteout with content',
    layer: makeTar(file('.wh.x', 'content'), file('y')),
    want: (root) => assert.equal(text(root, 'y'), 'hostile'),
  },
]

describe('a layer that points outside', () => testHostileLayers(outside))
describe('a layer that deletes outside', () => testHostileLayers(whiteouts))
