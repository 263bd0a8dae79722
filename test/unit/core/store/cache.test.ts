// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { createSnapshot } from '../../../../core/snapshot/create.ts'
import { reclaim } from '../../../../core/snapshot/reclaim.ts'
import { dropCache, listCache, readCache, writeCache } from '../../../../core/store/cache.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { testContext } from './test-context.ts'
import { EMPTY_STORE, leftovers, snapshotsIn } from './tree-of.ts'

const key = 'a'.repeat(64)
const created = '2026-01-02T03:04:05.000Z'
const inputs = { kind: 'run', args: ['true'] }

function setUp(t: Test) {
  const context = testContext()
  t.after(context.dispose)
  openStore(context)
  const snapshot = createSnapshot(context)
  snapshot.keep()
  const snapshots = [snapshot.key]
  writeCache(context, { key, created, snapshots, inputs })
  const path = join(context.paths.root, 'cache', `${key}.json`)
  return { context, path, snapshots }
}

describe('the cache', () => {
  it('has what was written, with what its key is the digest of', (t) => {
    const { context, snapshots } = setUp(t)
    const record = { version: 1, key, created, snapshots, inputs }
    assert.deepEqual(readCache(context, key), record)
    assert.deepEqual(listCache(context), [record])
    assert.equal(readCache(context, 'b'.repeat(64)), undefined)
  })

  it('does not have what was cut off or damaged', (t) => {
    const { context, path } = setUp(t)
    const whole = readFileSync(path, 'utf8')
    for (let length = 0; length < whole.length - 1; length += 7) {
      writeFileSync(path, whole)
      truncateSync(path, length)
      assert.equal(readCache(context, key), undefined, `${length} bytes`)
      assert.deepEqual(listCache(context), [])
    }
    const damages: readonly (readonly [string, string])[] = [
      ['"snapshots":["', '"snapshots":["../../'],
      ['"snapshots":[', '"snapshots":[1,'],
      ['"created":"', '"created":["'],
      ['"version":1', '"version":"1"'],
    ]
    for (const [from, to] of damages) {
      writeFileSync(path, whole.replace(from, to))
      assert.equal(readCache(context, key), undefined, to)
    }
  })

  it('refuses a record of a newer version', (t) => {
    const { context, path } = setUp(t)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"version":1', '"version":2'))
    assert.throws(() => readCache(context, key), { code: 'STORE_NEWER' })
  })

  it('keeps its snapshots until it is dropped', (t) => {
    const { context, snapshots } = setUp(t)
    writeFileSync(join(context.paths.root, 'cache', `${key}.json.1.tmp`), '{')
    reclaim(context)
    assert.deepEqual(snapshotsIn(context), snapshots)
    assert.deepEqual(readdirSync(join(context.paths.root, 'cache')), [`${key}.json`])
    dropCache(context)
    reclaim(context)
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })
})
