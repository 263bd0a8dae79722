// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { from } from '../../../../core/from.ts'
import { removeContainers, removeImages } from '../../../../core/remove.ts'
import { createSnapshot } from '../../../../core/snapshot/create.ts'
import { describeLayer } from '../../../../core/snapshot/layer.ts'
import { reclaim } from '../../../../core/snapshot/reclaim.ts'
import { putBytes } from '../../../../core/store/blobs.ts'
import { findImage, listImages } from '../../../../core/store/images.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { saveImage } from '../../../../core/store/save-image.ts'
import { composeImage } from '../../../../images/compose.ts'
import { testContext } from './test-context.ts'
import { EMPTY_STORE, leftovers, snapshotsIn } from './tree-of.ts'

const created = '2026-01-02T03:04:05.000Z'

function setUp(t: Test) {
  const context = testContext()
  t.after(context.dispose)
  openStore(context)
  const snapshot = createSnapshot(context)
  snapshot.keep()
  const compressed = putBytes(context, Buffer.from('the layer as it came'))
  const blob = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: compressed.digest,
    size: compressed.sizeBytes,
  }
  const layers = [{ ...describeLayer(context, { snapshots: [snapshot.key] }, []), blob }]
  const save = (names: readonly string[], author = 'me') => {
    const documents = composeImage({
      format: 'oci',
      config: {},
      properties: { architecture: 'amd64', os: 'linux', author },
      created,
      history: [{}],
      layers,
      annotations: {},
    })
    return saveImage(context, { ...documents, layers, created, names })
  }
  const blobs = () => readdirSync(join(context.paths.root, 'blobs/sha256')).length
  return { context, save, blobs, snapshot: snapshot.key }
}

describe('saveImage', () => {
  it('makes an image whose blobs and snapshots stay until it is removed', (t) => {
    const { context, save, blobs, snapshot } = setUp(t)
    const { id } = save(['localhost/one:latest'])
    reclaim(context)
    assert.equal(blobs(), 3)
    assert.deepEqual(snapshotsIn(context), [snapshot])
    assert.equal(findImage(context, 'one').id, id)
    assert.equal(findImage(context, `sha256:${id.slice(0, 9)}`).id, id)
    removeImages(context, { images: ['one'], force: false, prune: false })
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })

  it('leaves the compressed layers to containers that were made from it', async (t) => {
    const { context, save, blobs } = setUp(t)
    save(['localhost/one:latest'])
    await from(context, { image: 'one', name: 'c' })
    removeImages(context, { images: ['one'], force: true, prune: false })
    assert.equal(blobs(), 1)
    removeContainers(context, { containers: ['c'] })
    assert.deepEqual(leftovers(context), EMPTY_STORE)
  })

  it('knows the same content again, which only gets more names', (t) => {
    const { context, save, blobs } = setUp(t)
    const first = save(['localhost/one:latest'])
    const second = save(['localhost/two:latest', 'localhost/three:latest'])
    assert.equal(first.id, second.id)
    assert.deepEqual(findImage(context, first.id).names.length, 3)
    assert.equal(save([]).id, first.id)
    assert.deepEqual(findImage(context, first.id).names.length, 3)
    assert.equal(blobs(), 3)
  })

  it('takes a name from the image that had it', (t) => {
    const { context, save, blobs } = setUp(t)
    const first = save(['localhost/one:latest'])
    const second = save(['localhost/one:latest'], 'somebody else')
    assert.notEqual(first.id, second.id)
    assert.equal(findImage(context, 'one').id, second.id)
    assert.deepEqual(findImage(context, first.id).names, [])
    assert.equal(blobs(), 5)
    removeImages(context, { images: [], force: false, prune: true })
    assert.deepEqual(
      listImages(context).map(({ id }) => id),
      [second.id],
    )
    assert.equal(blobs(), 3)
  })
})
