// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { from } from '../../../../core/from.ts'
import { createSnapshot } from '../../../../core/snapshot/create.ts'
import { reclaim } from '../../../../core/snapshot/reclaim.ts'
import { stageChange } from '../../../../core/snapshot/stage.ts'
import { findContainer } from '../../../../core/store/containers.ts'
import { containerLockPath, snapshotLockPath } from '../../../../core/store/layout.ts'
import { monitorOf } from '../../../../core/store/lock-store.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { commitAs } from '../store/commit-as.ts'
import { mayMount, type TestContext, testContext } from '../store/test-context.ts'
import { changeIn, EMPTY_STORE, leftovers, readIn } from '../store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

/** A snapshot as a command leaves it that was killed: all its locks are gone with it. */
function abandon(context: TestContext): string {
  const { key, fs } = createSnapshot(context)
  mkdirSync(join(fs, 'half'))
  releaseAll(context)
  return key
}

/** What the kernel does with the locks of a process that ends. */
const releaseAll = (context: TestContext) => {
  for (const lock of [...context.held]) lock.release()
}

describe('reclaim', { skip }, () => {
  it('removes what was left at every step of making a snapshot', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    const { root } = context.paths
    const removed: readonly (readonly string[])[] = [
      [],
      ['snapshots/KEY/merged'],
      ['snapshots/KEY'],
      ['snapshots/KEY', 'locks/snapshot-KEY'],
      ['l', 'snapshots/KEY'],
    ]
    for (const names of removed) {
      const key = abandon(context)
      for (const name of names) {
        const path = join(root, name.replace('KEY', key))
        if (name === 'l') for (const link of readdirSync(path)) rmSync(join(path, link))
        else rmSync(path, { recursive: true })
      }
      reclaim(context)
      assert.deepEqual(leftovers(context), EMPTY_STORE, names.join(' '))
    }
  })

  it('keeps what a record names, and what somebody works on', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    const { id } = await from(context, { image: 'scratch', name: 'c' })
    await changeIn(context, 'c', (root) => writeFileSync(join(root, 'file'), 'kept'))
    await commitAs(context, { container: 'c', image: 'image' })
    const stage = await stageChange(context, findContainer(context, 'c'))
    const lock = monitorOf(context).lock(containerLockPath(context.paths.root, id), 'exclusive')
    const before = leftovers(context)
    reclaim(context)
    assert.deepEqual(leftovers(context), before)
    assert.equal(await readIn(context, 'c', 'file'), 'kept')
    lock.release()
    stage.discard()
  })

  it('removes files that were being written, and locks of containers that are gone', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    const { root } = context.paths
    for (const name of ['index.json.1.tmp', 'containers/x.json.1.tmp', 'images/x.json.1.tmp']) {
      writeFileSync(join(root, name), '')
    }
    writeFileSync(containerLockPath(root, 'a'.repeat(64)), '')
    writeFileSync(snapshotLockPath(root, 'b'.repeat(64)), '')
    reclaim(context)
    assert.deepEqual(leftovers(context), EMPTY_STORE)
    assert.ok(!readdirSync(root).includes('index.json.1.tmp'))
  })

  it('removes more snapshots than may be locked at once', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    for (let count = 0; count < 300; count++) abandon(context)
    reclaim(context)
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })

  it('removes nothing when a record cannot be read', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    const { id } = await from(context, { image: 'scratch' })
    const before = leftovers(context)
    writeFileSync(join(context.paths.root, `containers/${id}.json`), '{')
    assert.throws(() => reclaim(context), { code: 'STORE_CORRUPT' })
    assert.deepEqual(leftovers(context), before)
  })
})
