// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { chmodSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { configure } from '../../../core/config.ts'
import { from } from '../../../core/from.ts'
import { images } from '../../../core/images.ts'
import { packImageLayer } from '../../../core/snapshot/layer.ts'
import { findContainer } from '../../../core/store/containers.ts'
import { findImage } from '../../../core/store/images.ts'
import { readImageConfig } from '../../../core/stored-image.ts'
import { sha256 } from '../../../images/digest.ts'
import { commitAs } from './store/commit-as.ts'
import { mayMount, testContext } from './store/test-context.ts'
import { changeIn, readIn } from './store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

for (const driver of ['overlay', 'copy'] as const) {
  describe(`commit, driver ${driver}`, { skip }, () => {
    const makeContext = async () => {
      const context = testContext()
      await from(context, { image: 'scratch', name: 'first' })
      if (driver === 'overlay') return context
      // A store keeps the driver it was made with, and so do its containers.
      for (const path of ['driver.json', `containers/${findContainer(context, 'first').id}.json`]) {
        const file = join(context.paths.root, path)
        writeFileSync(file, readFileSync(file, 'utf8').replace('"overlay"', '"copy"'))
      }
      return context
    }

    it('keeps what containers change afterwards apart from the image', async (t) => {
      const context = await makeContext()
      t.after(context.dispose)
      const write = (text: string) => (root: string) => writeFileSync(join(root, 'file'), text)
      await changeIn(context, 'first', write('one'))
      await commitAs(context, { container: 'first', image: 'base' })
      await changeIn(context, 'first', write('two'))
      await from(context, { image: 'base', name: 'second' })
      await changeIn(context, 'second', (root) => rmSync(join(root, 'file')))
      await commitAs(context, { container: 'second', image: 'less' })
      await from(context, { image: 'base', name: 'third' })
      await from(context, { image: 'less', name: 'fourth' })
      const read = (container: string) => readIn(context, container, 'file')
      assert.equal(await read('first'), 'two')
      assert.equal(await read('second'), undefined)
      assert.equal(await read('third'), 'one')
      assert.equal(await read('fourth'), undefined)
    })

    it('keeps the mode of the root directory', async (t) => {
      const context = await makeContext()
      t.after(context.dispose)
      await changeIn(context, 'first', (root) => chmodSync(`${root}/.`, 0o1770))
      await commitAs(context, { container: 'first', image: 'base' })
      await from(context, { image: 'base', name: 'second' })
      for (const container of ['first', 'second']) {
        await changeIn(context, container, (root) => {
          assert.equal(lstatSync(`${root}/.`).mode & 0o7777, 0o1770)
        })
      }
    })
  })
}

describe('commit', { skip }, async () => {
  it('writes configuration and history, and marks layers that are empty', async (t) => {
    const context = testContext({ now: () => new Date(0) })
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'c' })
    const changes = [
      { kind: 'author', text: 'me' },
      { kind: 'created-by', text: 'make' },
      { kind: 'cmd', args: ['sh'] },
    ] as const
    await commitAs(context, { container: 'c', image: 'one' })
    await configure(context, { container: 'c', changes })
    await changeIn(context, 'c', (root) => writeFileSync(join(root, 'file'), ''))
    const { id } = await commitAs(context, { container: 'c', image: 'two' })
    const image = findImage(context, id)
    const config = readImageConfig(context, image)
    const created = '1970-01-01T00:00:00.000Z'
    assert.deepEqual(config.history, [{ created, created_by: 'make', author: 'me' }])
    assert.deepEqual(config.config, { Cmd: ['sh'] })
    assert.deepEqual([image.record.layers.length, config.created], [1, created])
  })

  it('gives a name to the newer image, the older one goes without', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'c' })
    const older = await commitAs(context, { container: 'c', image: 'web' })
    await configure(context, { container: 'c', changes: [{ kind: 'user', text: '1' }] })
    const newer = await commitAs(context, { container: 'c', image: 'web:latest' })
    const names = new Map(images(context).map((image) => [image.id, image.names]))
    assert.deepEqual(names.get(newer.id), ['localhost/web:latest'])
    assert.deepEqual(names.get(older.id), [])
  })

  it('refuses names that are none, before it does anything', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'c' })
    for (const image of ['Web', 'scratch', '', `a@sha256:${'0'.repeat(64)}`]) {
      await assert.rejects(commitAs(context, { container: 'c', image }), {
        code: 'REFERENCE_INVALID',
      })
    }
    assert.deepEqual(images(context), [])
  })

  it('that ends in the middle leaves no digest of files that are still written to', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'c' })
    const changes = [{ kind: 'shell', args: ['sh'] }] as const
    await configure(context, { container: 'c', changes })
    const write = (text: string) => (root: string) => writeFileSync(join(root, 'file'), text)
    await changeIn(context, 'c', write('one'))
    const warn = () => {
      throw new Error('the end')
    }
    await assert.rejects(commitAs({ ...context, warn }, { container: 'c', image: 'one' }), {
      message: 'the end',
    })
    await changeIn(context, 'c', write('other'))
    const { id } = await commitAs(context, { container: 'c', image: 'two' })
    const [layer] = findImage(context, id).record.layers
    assert.ok(layer)
    const chunks = [...packImageLayer(context, layer, [])].map((chunk) => Buffer.from(chunk))
    assert.equal(sha256(Buffer.concat(chunks)), layer.diffId)
  })
})
