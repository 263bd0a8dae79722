// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { add } from '../../../core/add.ts'
import { configure } from '../../../core/config.ts'
import { findContainer } from '../../../core/store/containers.ts'
import { makeTar } from '../images/tar/make-tar.ts'
import { setUpAdd } from './store/add-context.ts'
import { mayMount } from './store/test-context.ts'
import { readIn, snapshotsIn } from './store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

interface Case {
  readonly name: string
  readonly workingdir?: string
  /** Names of sources: `text`, `other`, `tree`, `tar`, `tgz`. */
  readonly sources: readonly string[]
  readonly destination: string
  /** Files of the container afterwards. */
  readonly want: Readonly<Record<string, string>>
}

const places: readonly Case[] = [
  {
    name: 'a file under a new name',
    sources: ['text'],
    destination: '/a/b',
    want: { 'a/b': 'text' },
  },
  {
    name: 'a file into a directory',
    sources: ['text'],
    destination: '/usr',
    want: { 'usr/text': 'text' },
  },
  {
    name: 'a file into a new directory',
    sources: ['text'],
    destination: '/a/',
    want: { 'a/text': 'text' },
  },
  { name: 'a file into the root', sources: ['text'], destination: '/', want: { text: 'text' } },
  { name: 'a file over a file', sources: ['text'], destination: '/file', want: { file: 'text' } },
  {
    name: 'a file through a link to nothing, which becomes a directory',
    sources: ['text'],
    destination: '/dangling',
    want: { 'nowhere/text': 'text' },
  },
  {
    name: 'a file through an absolute link of the container',
    sources: ['text'],
    destination: '/lib',
    want: { 'usr/lib/text': 'text', 'usr/lib/old': 'old' },
  },
  {
    name: 'a file to where .. leads, which is not above the root',
    sources: ['text'],
    destination: '/../../a',
    want: { a: 'text' },
  },
  {
    name: 'a relative destination starts in the working directory',
    workingdir: '/srv/app',
    sources: ['text'],
    destination: './',
    want: { 'srv/app/text': 'text' },
  },
  {
    name: 'several sources go into a directory',
    sources: ['text', 'other'],
    destination: '/a',
    want: { 'a/text': 'text', 'a/other': 'other' },
  },
  {
    name: 'the content of a directory',
    sources: ['tree'],
    destination: '/a',
    want: { 'a/deep/file': 'deep' },
  },
  { name: 'an archive', sources: ['tar'], destination: '/a', want: { 'a/in/tar': 'packed' } },
  {
    name: 'a compressed archive',
    sources: ['tgz'],
    destination: '/',
    want: { 'in/tar': 'packed' },
  },
  {
    name: 'an archive over a link of the container',
    sources: ['tar'],
    destination: '/lib',
    want: { 'usr/lib/in/tar': 'packed' },
  },
]

describe('add puts', { skip }, () => {
  for (const { name, workingdir, sources: given, destination, want } of places) {
    it(name, async (t) => {
      const { context, sources, source } = await setUpAdd(t)
      source('text', 'text')
      source('other', 'other')
      source('tar', makeTar({ name: 'in/tar', body: 'packed' }))
      source('tgz', gzipSync(makeTar({ name: './in/tar', body: 'packed' })))
      if (workingdir !== undefined) {
        const changes = [{ kind: 'workingdir', text: workingdir }] as const
        await configure(context, { container: 'c', changes })
      }
      const paths = given.map((path) => join(sources, path))
      await add(context, { container: 'c', sources: paths, destination, verb: 'add' })
      for (const [path, content] of Object.entries(want)) {
        assert.equal(await readIn(context, 'c', path), content, path)
      }
      assert.equal(await readIn(context, 'base', 'file'), 'old')
      assert.deepEqual(context.warnings, [])
    })
  }
})

describe('add', { skip }, () => {
  it('takes the place of an empty layer, and goes above one that is not', async (t) => {
    const { context, source } = await setUpAdd(t)
    const layers = () => findContainer(context, 'c').layers.length
    const added = async (name: string) =>
      add(context, { container: 'c', sources: [source(name, name)], destination: '/', verb: 'add' })
    const before = snapshotsIn(context).length
    await added('first')
    assert.deepEqual([layers(), snapshotsIn(context).length], [1, before])
    await added('second')
    assert.deepEqual([layers(), snapshotsIn(context).length], [2, before + 1])
    assert.equal(await readIn(context, 'c', 'first'), 'first')
  })

  it('says once what could not be kept', async (t) => {
    const { context, source } = await setUpAdd(t)
    const big = { name: 'x', pax: { 'SCHILY.xattr.user.big': Buffer.alloc(70_000) } }
    const sources = [source('x', makeTar(big, { ...big, name: 'y' }))]
    await add(context, { container: 'c', sources, destination: '/', verb: 'add' })
    assert.deepEqual(context.warnings, ['2 extended attributes could not be kept'])
  })
})
