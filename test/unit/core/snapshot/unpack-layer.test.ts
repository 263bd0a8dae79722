// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { describeLayer, packImageLayer } from '../../../../core/snapshot/layer.ts'
import { unpackImageLayer } from '../../../../core/snapshot/unpack-layer.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { sha256 } from '../../../../images/digest.ts'
import { makeTar } from '../../images/tar/make-tar.ts'
import { chunksOf } from '../../images/unpack/scratch-root.ts'
import { testContext } from '../store/test-context.ts'
import { EMPTY_STORE, leftovers } from '../store/tree-of.ts'

const tar = makeTar(
  { name: './', type: '5', mode: 0o750, mtime: 5 },
  { name: 'a', body: 'text', mtime: 5 },
  { name: 'link', type: '2', link: '/etc/passwd', mtime: 5 },
)

function setUp(t: Test) {
  const context = testContext()
  t.after(context.dispose)
  openStore(context)
  return context
}

describe('unpackImageLayer', () => {
  it('unpacks a layer, compressed or not, to a snapshot', async (t) => {
    const context = setUp(t)
    for (const blob of [tar, gzipSync(tar)]) {
      const request = { diffId: sha256(tar), below: [] }
      const { layer, snapshot } = await unpackImageLayer(context, chunksOf(blob, 100), request)
      const { diffId, sizeBytes, snapshots } = layer
      assert.deepEqual({ diffId, sizeBytes }, { diffId: sha256(tar), sizeBytes: tar.length })
      assert.deepEqual(snapshots, [snapshot.key])
      assert.equal(readFileSync(join(snapshot.fs, 'a'), 'utf8'), 'text')
      assert.equal(lstatSync(snapshot.fs).mode & 0o777, 0o750)
      snapshot.discard()
    }
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })

  it('gives the root the mode of the one below when the layer does not say', async (t) => {
    const context = setUp(t)
    const first = await unpackImageLayer(context, chunksOf(tar, 100), {
      diffId: sha256(tar),
      below: [],
    })
    const silent = makeTar({ name: 'b', body: 'x' })
    const { snapshot } = await unpackImageLayer(context, chunksOf(silent, 100), {
      diffId: sha256(silent),
      below: [first.layer],
    })
    assert.equal(lstatSync(snapshot.fs).mode & 0o777, 0o750)
    assert.deepEqual(readdirSync(snapshot.fs), ['b'])
    snapshot.discard()
    first.snapshot.discard()
  })

  it('keeps nothing of what is not what it should be', async (t) => {
    const context = setUp(t)
    const diffId = sha256(tar)
    const rows = [
      { blob: makeTar({ name: 'other', body: 'x' }), diffId, code: 'BLOB_CORRUPT', hint: /again/ },
      { blob: tar.subarray(0, 700), diffId, code: 'ARCHIVE_INVALID' },
      { blob: gzipSync(tar).subarray(0, 60), diffId, code: 'ARCHIVE_INVALID' },
      { blob: makeTar({ name: '../out', body: 'x' }), diffId, code: 'ARCHIVE_INVALID' },
    ]
    for (const { blob, diffId, ...expected } of rows) {
      const request = { diffId, below: [] }
      await assert.rejects(unpackImageLayer(context, chunksOf(blob, 100), request), expected)
      assert.deepEqual(leftovers(context), EMPTY_STORE)
    }
  })

  it('gives on what it unpacked as the same layer', async (t) => {
    const context = setUp(t)
    const first = await unpackImageLayer(context, chunksOf(tar, 100), {
      diffId: sha256(tar),
      below: [],
    })
    const { snapshots } = first.layer
    const repacked = describeLayer(context, { snapshots }, [])
    const packed = [...packImageLayer(context, { snapshots }, [])].map((one) => Buffer.from(one))
    const second = await unpackImageLayer(context, chunksOf(Buffer.concat(packed), 100), {
      diffId: repacked.diffId,
      below: [],
    })
    assert.equal(describeLayer(context, second.layer, []).diffId, repacked.diffId)
    first.snapshot.discard()
    second.snapshot.discard()
  })
})
