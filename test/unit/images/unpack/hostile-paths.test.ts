// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { metaEntry, tarEntry } from '../tar/make-tar.ts'
import { directory, file, type HostileCase, hardLink, link, testHostile, text } from './hostile.ts'

const end = Buffer.alloc(1024)

const outside: readonly HostileCase[] = [
  { name: 'a name with ..', archive: [file('../escaped')], want: /points upwards/ },
  { name: 'a name with .. in it', archive: [file('a/../../escaped')], want: /points upwards/ },
  { name: 'a name that only ends in ..', archive: [directory('a/..')], want: /points upwards/ },
  {
    name: 'a .. in an extended header behind a harmless name',
    archive: [{ ...file('harmless'), pax: { path: '../escaped' } }],
    want: /points upwards/,
  },
  {
    name: 'a .. in a GNU long name',
    archive: Buffer.concat([metaEntry('L', Buffer.from('../escaped\0')), tarEntry(file('x')), end]),
    want: /points upwards/,
  },
  { name: 'an absolute name', archive: [file('/etc/passwd')], want: /is absolute/ },
  {
    name: 'a file below a link that leads outside',
    archive: [link('way', '../outside'), file('way/escaped')],
    want: /goes through "way", a link of the archive/,
  },
  {
    name: 'a file below an absolute link',
    archive: [link('way', '/etc'), file('way/escaped')],
    want: /goes through "way"/,
  },
  {
    name: 'a file below two links that lead out together',
    archive: [link('a', '.'), link('a/b', '..'), file('a/b/escaped')],
    want: /goes through "a"/,
  },
  {
    name: 'a directory that a link replaces, with a file below it again',
    archive: [directory('d'), file('d/x'), link('d', '../outside'), file('d/escaped')],
    want: /goes through "d"/,
  },
  {
    name: 'a file below a link of the container stays in the root, wherever that leads',
    before: ({ root }) => symlinkSync('../../../../../outside', join(root, 'way')),
    archive: [file('way/escaped')],
    want: /cannot be made/,
  },
  {
    name: 'a file below an absolute link of the container is made in the root',
    before: ({ root }) => {
      mkdirSync(join(root, 'outside'))
      symlinkSync('/outside', join(root, 'way'))
    },
    archive: [file('way/inside', 'kept in')],
    want: (root) => assert.equal(text(root, 'outside/inside'), 'kept in'),
  },
  {
    name: 'a file with the name of a link replaces the link, not what it leads to',
    archive: [link('way', '../outside/secret'), file('way', 'new')],
    want: (root) => assert.equal(text(root, 'way'), 'new'),
  },
  {
    name: 'a hard link to ..',
    archive: [hardLink('x', '../outside/secret')],
    want: /points upwards/,
  },
  {
    name: 'a hard link to an absolute path',
    archive: [hardLink('x', '/etc/passwd')],
    want: /is absolute/,
  },
  {
    name: 'a hard link through a link of the archive',
    archive: [link('way', '../outside'), hardLink('x', 'way/secret')],
    want: /goes through "way"/,
  },
  {
    name: 'a hard link to a link, and a write through it',
    archive: [link('way', '../outside/secret'), hardLink('x', 'way'), file('x', 'new')],
    want: (root) => assert.equal(text(root, 'x'), 'new'),
  },
  {
    name: 'a hard link to what is not there',
    archive: [hardLink('x', 'missing')],
    want: /hard link to "missing", which is no file of the tree/,
  },
  {
    name: 'a hard link to a directory',
    archive: [directory('d'), hardLink('x', 'd')],
    want: /no file of the tree/,
  },
  {
    name: 'a hard link to itself leaves the file',
    archive: [file('x', 'kept'), hardLink('x', './x')],
    want: (root) => assert.equal(text(root, 'x'), 'kept'),
  },
  { name: 'the root as a file', archive: [file('.')], want: /root of the tree is not a directory/ },
  { name: 'the root as a link', archive: [link('./', '/etc')], want: /root of the tree/ },
]

const replacing: readonly HostileCase[] = [
  {
    name: 'the later of two files of a name wins',
    archive: [file('x', 'first'), file('x', 'second')],
    want: (root) => assert.equal(text(root, 'x'), 'second'),
  },
  {
    name: 'a file written again does not change its other name',
    archive: [file('x', 'first'), hardLink('y', 'x'), file('x', 'second')],
    want: (root) => assert.equal(text(root, 'y'), 'first'),
  },
  {
    name: 'a link replaces a directory of the container with all in it',
    before: ({ root }) => {
      mkdirSync(join(root, 'd/deep'), { recursive: true })
      writeFileSync(join(root, 'd/deep/x'), '')
    },
    archive: [link('d', '../outside')],
    want: (root) => assert.ok(lstatSync(join(root, 'd')).isSymbolicLink()),
  },
  {
    name: 'a directory replaced by a file takes its cached descriptors along',
    archive: [directory('d'), file('d/x'), file('d', 'file'), directory('d'), file('d/y')],
    want: (root) => assert.deepEqual(readdirSync(join(root, 'd')), ['y']),
  },
  {
    name: 'a directory replaces a link of the archive',
    archive: [link('d', '../outside'), directory('d'), file('d/inside')],
    want: (root) => assert.deepEqual(readdirSync(join(root, 'd')), ['inside']),
  },
  {
    name: 'a directory takes the place of a link of the container',
    before: ({ root }) => {
      mkdirSync(join(root, 'usr/lib'), { recursive: true })
      symlinkSync('usr/lib', join(root, 'lib'))
    },
    archive: [directory('lib'), file('lib/x', 'merged')],
    want: (root) => {
      assert.equal(text(root, 'lib/x'), 'merged')
      assert.deepEqual(readdirSync(join(root, 'usr/lib')), [])
    },
  },
  {
    name: 'whiteout names are names like others',
    archive: [file('a', 'kept'), file('.wh.a', 'x'), file('.wh..wh..opq', '')],
    want: (root) => assert.deepEqual(readdirSync(root).sort(), ['.wh..wh..opq', '.wh.a', 'a']),
  },
]

describe('an archive that points outside', () => testHostile(outside))
describe('an archive that replaces', () => testHostile(replacing))
