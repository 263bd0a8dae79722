// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { configure } from '../../../core/config.ts'
import { containers } from '../../../core/containers.ts'
import { from } from '../../../core/from.ts'
import { images } from '../../../core/images.ts'
import { removeContainers, removeImages } from '../../../core/remove.ts'
import { findContainer } from '../../../core/store/containers.ts'
import { containerLockPath } from '../../../core/store/layout.ts'
import { monitorOf } from '../../../core/store/lock-store.ts'
import { isHostRoot } from '../images/unpack/scratch-root.ts'
import { commitAs } from './store/commit-as.ts'
import { mayMount, type TestContext, testContext } from './store/test-context.ts'
import { changeIn, EMPTY_STORE, leftovers, readIn } from './store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

const fill = (context: TestContext, container: string) =>
  changeIn(context, container, (root) => {
    mkdirSync(join(root, 'closed/deep'), { recursive: true })
    writeFileSync(join(root, 'closed/deep/file'), 'text')
    if (isHostRoot) chownSync(join(root, 'closed'), 1234, 5678)
    chmodSync(join(root, 'closed'), 0)
  })

describe('removeContainers', { skip }, () => {
  it('removes all there is, files that are closed included', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    const { id } = await from(context, { image: 'scratch', name: 'a' })
    await fill(context, 'a')
    await commitAs(context, { container: 'a', image: 'image' })
    await from(context, { image: 'image', name: 'b' })
    await fill(context, 'b')
    removeImages(context, { images: ['image'], force: true, prune: false })
    assert.equal(removeContainers(context, { containers: 'all' }).removed.includes(id), true)
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })

  it('removes none when one is unknown', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'a' })
    const attempt = () => removeContainers(context, { containers: ['a', 'missing'] })
    assert.throws(attempt, { code: 'CONTAINER_UNKNOWN' })
    assert.equal(containers(context).length, 1)
  })

  it('removes none when one is in use, and says by whom', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'a' })
    const { id } = await from(context, { image: 'scratch', name: 'b' })
    const path = containerLockPath(context.paths.root, id)
    const lock = monitorOf(context).lock(path, 'exclusive')
    const attempt = () => removeContainers(context, { containers: 'all' })
    const message = `container b is used by process ${process.pid}`
    const hint = 'wait until that has ended, or end it'
    assert.throws(attempt, { code: 'CONTAINER_BUSY', message, hint })
    assert.equal(containers(context).length, 2)
    lock.release()
    attempt()
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })

  it('takes a name twice, and a name with its id', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    const { id } = await from(context, { image: 'scratch', name: 'a' })
    const { removed } = removeContainers(context, { containers: ['a', id, 'a'] })
    assert.deepEqual(removed, [id])
  })
})

describe('removeImages', { skip }, () => {
  async function setUp() {
    const context = testContext()
    await from(context, { image: 'scratch', name: 'c' })
    await fill(context, 'c')
    const { id } = await commitAs(context, { container: 'c', image: 'one' })
    removeContainers(context, { containers: 'all' })
    await from(context, { image: 'one', name: 'user' })
    return { context, id }
  }

  it('refuses an image that a container was made from', async (t) => {
    const { context, id } = await setUp()
    t.after(context.dispose)
    for (const images of [['one'], [id], 'all'] as const) {
      const attempt = () => removeImages(context, { images, force: false, prune: false })
      const expected = {
        code: 'IMAGE_IN_USE',
        message: /container user was made from image/,
        hint: /"tsbuild rm user"/,
      }
      assert.throws(attempt, expected)
    }
    assert.equal(images(context).length, 1)
  })

  it('removes it by force, and the container keeps its files', async (t) => {
    const { context, id } = await setUp()
    t.after(context.dispose)
    const removed = removeImages(context, { images: ['one'], force: true, prune: false })
    assert.deepEqual(removed, { untagged: ['localhost/one:latest'], deleted: [id] })
    assert.equal(await readIn(context, 'user', 'closed/deep/file'), 'text')
    removeContainers(context, { containers: ['user'] })
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })

  it('takes a name away from an image that has more', async (t) => {
    const { context } = await setUp()
    t.after(context.dispose)
    // Two commits of nothing new at the same moment are the same image.
    const now = () => new Date(0)
    const frozen = { ...context, now }
    await from(context, { image: 'scratch', name: 'empty' })
    const first = await commitAs(frozen, { container: 'empty', image: 'a' })
    await from(context, { image: 'scratch', name: 'empty-2' })
    const second = await commitAs(frozen, { container: 'empty-2', image: 'b' })
    assert.equal(first.id, second.id)
    assert.throws(() => removeImages(context, { images: [first.id], force: false, prune: false }), {
      code: 'IMAGE_IN_USE',
      hint: /by one of its names/,
      message: /has several names: localhost\/a:latest, localhost\/b:latest/,
    })
    const untagged = removeImages(context, { images: ['a'], force: false, prune: false })
    assert.deepEqual(untagged, { untagged: ['localhost/a:latest'], deleted: [] })
    const deleted = removeImages(context, { images: ['b'], force: false, prune: false })
    assert.deepEqual(deleted, { untagged: ['localhost/b:latest'], deleted: [first.id] })
  })

  it('changes nothing when one is unknown', async (t) => {
    const { context } = await setUp()
    t.after(context.dispose)
    const request = { images: ['one', 'missing'], force: true, prune: false }
    const attempt = () => removeImages(context, request)
    assert.throws(attempt, { code: 'IMAGE_UNKNOWN' })
    assert.deepEqual(images(context)[0]?.names, ['localhost/one:latest'])
  })

  it('removes an image without a name by its id', async (t) => {
    const { context, id } = await setUp()
    t.after(context.dispose)
    await configure(context, { container: 'user', changes: [{ kind: 'user', text: '1' }] })
    await commitAs(context, { container: 'user', image: 'one' })
    removeContainers(context, { containers: 'all' })
    assert.equal(findContainerOrNone(context), undefined)
    const removed = removeImages(context, { images: [id.slice(0, 10)], force: false, prune: false })
    assert.deepEqual(removed, { untagged: [], deleted: [id] })
  })
})

const findContainerOrNone = (context: TestContext) => {
  try {
    return findContainer(context, 'user')
  } catch {
    return undefined
  }
}
