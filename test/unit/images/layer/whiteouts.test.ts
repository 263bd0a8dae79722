// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeTar, type TarFields } from '../tar/make-tar.ts'
import { directory, file, link } from '../unpack/hostile.ts'
import { list, scratchLayers } from './layers.ts'

/** Layers, the lowest first; what an overlay of them shows, and what one tree of them holds. */
interface Case {
  readonly name: string
  readonly layers: readonly (readonly TarFields[])[]
  readonly want: readonly string[]
}

const gone = (path: string) => file(path, '')
const closed = (name: string): TarFields => ({ name, type: '5', mode: 0o700 })
const below = [directory('d'), file('d/a', 'old'), file('d/b', 'old'), file('e', 'old')]

const cases: readonly Case[] = [
  {
    name: 'a whiteout deletes a file',
    layers: [below, [directory('d'), gone('d/.wh.a')]],
    want: ['d/ 755', 'd/b: old', 'e: old'],
  },
  {
    name: 'a whiteout deletes a directory with all in it',
    layers: [below, [gone('.wh.d')]],
    want: ['e: old'],
  },
  {
    name: 'a whiteout of what is not there deletes nothing',
    layers: [below, [gone('.wh.x'), directory('d'), gone('d/.wh.x')]],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'e: old'],
  },
  {
    name: 'a whiteout of a link deletes the link, not what it leads to',
    layers: [[...below, link('l', 'd')], [gone('.wh.l')]],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'e: old'],
  },
  {
    name: 'a file of the layer stays when a whiteout of it follows',
    layers: [below, [file('e', 'new'), gone('.wh.e')]],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'e: new'],
  },
  {
    name: 'a file of the layer stays when a whiteout of it came first',
    layers: [below, [gone('.wh.e'), file('e', 'new')]],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'e: new'],
  },
  {
    name: 'a directory after a whiteout of it is new',
    layers: [below, [gone('.wh.d'), closed('d'), file('d/b', 'new')]],
    want: ['d/ 700', 'd/b: new', 'e: old'],
  },
  {
    name: 'a directory before a whiteout of it is new',
    layers: [below, [closed('d'), file('d/b', 'new'), gone('.wh.d')]],
    want: ['d/ 700', 'd/b: new', 'e: old'],
  },
  {
    name: 'a directory below which a file was added stays when it is deleted',
    layers: [
      [directory('d'), directory('d/s'), file('d/s/a', 'old')],
      [file('d/s/b', 'new'), gone('.wh.d')],
    ],
    want: ['d/ 755', 'd/s/ 755', 'd/s/b: new'],
  },
  {
    name: 'a whiteout of a whiteout deletes nothing more',
    layers: [below, [gone('.wh.e')], [gone('.wh.e')]],
    want: ['d/ 755', 'd/a: old', 'd/b: old'],
  },
  {
    name: 'a file can come back two layers on',
    layers: [below, [gone('.wh.e')], [file('e', 'new')]],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'e: new'],
  },
  {
    name: 'a directory can come back empty',
    layers: [below, [gone('.wh.d')], [directory('d'), file('d/c', 'new')]],
    want: ['d/ 755', 'd/c: new', 'e: old'],
  },
  {
    name: 'an opaque mark ahead of the content',
    layers: [below, [directory('d'), gone('d/.wh..wh..opq'), file('d/c', 'new')]],
    want: ['d/ 755', 'd/c: new', 'e: old'],
  },
  {
    name: 'an opaque mark behind the content',
    layers: [below, [directory('d'), file('d/c', 'new'), gone('d/.wh..wh..opq')]],
    want: ['d/ 755', 'd/c: new', 'e: old'],
  },
  {
    name: 'an opaque mark ahead of its directory',
    layers: [below, [gone('d/.wh..wh..opq'), closed('d'), file('d/b', 'new')]],
    want: ['d/ 700', 'd/b: new', 'e: old'],
  },
  {
    name: 'an opaque mark hides what is deeper as well',
    layers: [
      [directory('d'), directory('d/s'), file('d/s/a', 'old'), file('d/s/b', 'old')],
      [directory('d'), directory('d/s'), file('d/s/b', 'new'), gone('d/.wh..wh..opq')],
    ],
    want: ['d/ 755', 'd/s/ 755', 'd/s/b: new'],
  },
  {
    name: 'an opaque mark on a directory that the layer does not describe',
    layers: [[closed('d'), file('d/a', 'old')], [gone('d/.wh..wh..opq')]],
    want: ['d/ 700'],
  },
  {
    name: 'an opaque mark on the root',
    layers: [below, [gone('.wh..wh..opq'), directory('d'), file('d/c', 'new'), file('f', 'new')]],
    want: ['d/ 755', 'd/c: new', 'f: new'],
  },
  {
    name: 'notes of aufs',
    layers: [
      below,
      [gone('.wh..wh.aufs'), directory('.wh..wh.plnk'), file('.wh..wh.plnk/1.2', 'x')],
    ],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'e: old'],
  },
  {
    name: 'a directory that the layer does not describe keeps its mode',
    layers: [
      [closed('d'), closed('d/s'), file('d/s/a', 'old')],
      [file('d/s/b', 'new'), file('n/x', 'new')],
    ],
    want: ['d/ 700', 'd/s/ 700', 'd/s/a: old', 'd/s/b: new', 'n/ 755', 'n/x: new'],
  },
  {
    name: 'a directory that the layer does not describe keeps the mode of the layer before',
    layers: [
      [directory('d')],
      [closed('d'), file('d/a', 'old')],
      [file('x', '')],
      [gone('d/.wh.a')],
    ],
    want: ['d/ 700', 'x: '],
  },
  {
    name: 'a directory takes the place of a link to one',
    layers: [
      [directory('usr'), file('usr/a', 'old'), link('lib', 'usr')],
      [directory('lib'), file('lib/x', 'new')],
    ],
    want: ['lib/ 755', 'lib/x: new', 'usr/ 755', 'usr/a: old'],
  },
  {
    name: 'a directory that the layer does not describe takes the place of a link too',
    layers: [[directory('usr'), file('usr/a', 'old'), link('lib', 'usr')], [file('lib/x', 'new')]],
    want: ['lib/ 755', 'lib/x: new', 'usr/ 755', 'usr/a: old'],
  },
  {
    name: 'a whiteout below a link of a lower layer does not go through it',
    layers: [[directory('usr'), file('usr/a', 'old'), link('lib', 'usr')], [gone('lib/.wh.a')]],
    want: ['lib/ 755', 'usr/ 755', 'usr/a: old'],
  },
  {
    name: 'a link takes the place of a directory',
    layers: [below, [link('d', 'e')]],
    want: ['d l e', 'e: old'],
  },
  {
    name: 'a file takes the place of a directory, and a directory that of a file',
    layers: [below, [file('d', 'new'), directory('e')]],
    want: ['d: new', 'e/ 755'],
  },
  {
    name: 'a hard link to a file of a lower layer',
    layers: [
      below,
      [
        { name: 'h', type: '1', link: 'd/a' },
        { name: 'i', type: '1', link: '/e' },
      ],
    ],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'e: old', 'h: old', 'i: old'],
  },
  {
    name: 'a hard link to a file that the layer deletes under its other name',
    layers: [below, [{ name: 'h', type: '1', link: 'e' }, gone('.wh.e')]],
    want: ['d/ 755', 'd/a: old', 'd/b: old', 'h: old'],
  },
]

describe('deletions in layers', () => {
  for (const { name, layers, want } of cases) {
    it(`${name}: as an overlay`, async (t) => {
      const scratch = scratchLayers()
      t.after(scratch.dispose)
      for (const layer of layers) await scratch.overlay(makeTar(...layer))
      assert.deepEqual(scratch.mounted(), want)
    })

    it(`${name}: in one tree`, async (t) => {
      const scratch = scratchLayers()
      t.after(scratch.dispose)
      let root = ''
      for (const layer of layers) root = await scratch.tree(makeTar(...layer))
      assert.deepEqual(list(root), want)
    })
  }
})
