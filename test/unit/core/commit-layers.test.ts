// SPDX-License-Identifier: Apache-2.0
/** Which layers, history and id a commit gives an image. */
import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { add } from '../../../core/add.ts'
import { configure } from '../../../core/config.ts'
import { from } from '../../../core/from.ts'
import { findImage } from '../../../core/store/images.ts'
import { openStore } from '../../../core/store/open-store.ts'
import { saveImage } from '../../../core/store/save-image.ts'
import { readImageConfig } from '../../../core/stored-image.ts'
import { composeImage } from '../../../images/compose.ts'
import { setUpAdd } from './store/add-context.ts'
import { commitAs } from './store/commit-as.ts'
import { mayMount, type TestContext, testContext } from './store/test-context.ts'
import { changeIn, readIn } from './store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

function layersOf(context: TestContext, image: string) {
  const { record } = findImage(context, image)
  const { history = [], created } = readImageConfig(context, { id: record.id, record })
  const filled = history.filter(({ empty_layer }) => empty_layer !== true).length
  assert.equal(filled, record.layers.length, 'a filled entry for each layer')
  const diffIds = record.layers.map(({ diffId }) => diffId)
  return { diffIds, layers: record.layers.length, history: history.length, created }
}

const write = (name: string) => (root: string) => writeFileSync(join(root, name), name)

describe('commit', { skip }, () => {
  it('makes one layer of several changes', async (t) => {
    const { context, source } = await setUpAdd(t)
    const file = source('file', 'new')
    for (const destination of ['/one', '/two', '/three'])
      await add(context, { container: 'c', sources: [file], destination, verb: 'add' })
    await commitAs(context, { container: 'c', image: 'out' })
    assert.deepEqual(layersOf(context, 'base').layers, 1)
    const { layers, history } = layersOf(context, 'out')
    assert.deepEqual([layers, history], [2, 2])
    await from(context, { image: 'out', name: 'look' })
    assert.equal(await readIn(context, 'look', 'three'), 'new')
  })

  it('makes none where nothing was changed', async (t) => {
    const { context } = await setUpAdd(t)
    await configure(context, { container: 'c', changes: [{ kind: 'user', text: '1' }] })
    await commitAs(context, { container: 'c', image: 'out' })
    const { layers, history } = layersOf(context, 'out')
    assert.deepEqual([layers, history], [1, 2])
  })

  it('of the same container again makes one layer of all that is its own', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'c' })
    for (const name of ['one', 'two', 'three']) {
      await changeIn(context, 'c', write(name))
      await commitAs(context, { container: 'c', image: name })
      assert.equal(layersOf(context, name).layers, 1)
    }
    await commitAs(context, { container: 'c', image: 'again' })
    const [three, again] = [layersOf(context, 'three'), layersOf(context, 'again')]
    assert.deepEqual(again.diffIds, three.diffIds)
    await from(context, { image: 'one', name: 'look' })
    assert.equal(await readIn(context, 'look', 'two'), undefined)
  })

  it('squashes all layers to one, in which nothing that was removed is', async (t) => {
    const { context } = await setUpAdd(t)
    await changeIn(context, 'c', (root) => {
      rmSync(join(root, 'usr/lib/old'))
      mkdirSync(join(root, 'new'))
    })
    await commitAs(context, { container: 'c', image: 'out', squash: true })
    const { layers, history } = layersOf(context, 'out')
    assert.deepEqual([layers, history], [1, 2])
    const once = findImage(context, 'out').record.layers[0]?.sizeBytes
    await from(context, { image: 'out', name: 'look' })
    assert.equal(await readIn(context, 'look', 'usr/lib/old'), undefined)
    assert.equal(await readIn(context, 'look', 'file'), 'old')
    // What was squashed is of one layer that another image builds on.
    await changeIn(context, 'look', write('more'))
    await commitAs(context, { container: 'look', image: 'more' })
    assert.equal(layersOf(context, 'more').layers, 2)
    assert.equal(findImage(context, 'more').record.layers[0]?.sizeBytes, once)
  })

  it('gives the same id at any moment when the time is given', async (t) => {
    const ids: string[] = []
    for (const moment of [1_000_000_000_000, 2_000_000_000_000]) {
      const context = testContext({ now: () => new Date(moment) })
      t.after(context.dispose)
      await from(context, { image: 'scratch', name: 'c' })
      await changeIn(context, 'c', write('file'))
      const request = { container: 'c', image: 'out', timestamp: 1_600_000_000 }
      ids.push((await commitAs(context, request)).id)
      assert.equal(layersOf(context, 'out').created, '2020-09-13T12:26:40.000Z')
    }
    assert.equal(ids[0], ids[1])
  })

  it('needs no name, and writes the id to a file', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'c' })
    const { id } = await commitAs(context, { container: 'c', image: undefined })
    assert.deepEqual(findImage(context, id).names, [])
    assert.equal(layersOf(context, id).layers, 0)
  })

  it('warns of what the format has no place for, and keeps it in the other', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    const documents = composeImage({
      ...{ format: 'docker', config: { Shell: ['bash', '-c'] }, annotations: {} },
      ...{ properties: { architecture: 'amd64', os: 'linux' }, history: [], layers: [] },
      created: '2026-01-02T03:04:05.000Z',
    })
    const names = ['localhost/base:latest']
    saveImage(context, { ...documents, layers: [], created: '2026-01-02T03:04:05.000Z', names })
    await from(context, { image: 'base', name: 'c' })
    const { id } = await commitAs(context, { container: 'c', image: 'oci' })
    assert.match(context.warnings.join(), /the oci format has no place for Shell: left out/)
    assert.equal(readImageConfig(context, findImage(context, id)).config?.Shell, undefined)
    await commitAs(context, { container: 'c', image: 'docker', format: 'docker' })
    const docker = findImage(context, 'docker')
    assert.deepEqual(readImageConfig(context, docker).config?.Shell, ['bash', '-c'])
    assert.equal(context.warnings.length, 1)
  })
})
