// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { reclaim } from '../../../../core/snapshot/reclaim.ts'
import {
  blobPath,
  hasBlob,
  openBlob,
  putBlob,
  putBytes,
  readBlob,
} from '../../../../core/store/blobs.ts'
import { withContent } from '../../../../core/store/content-lock.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { sha256 } from '../../../../images/digest.ts'
import { testContext } from './test-context.ts'

const text = Buffer.from('some content')
const id = { digest: sha256(text), sizeBytes: text.length }
const halves = [text.subarray(0, 4), text.subarray(4)]

function setUp(t: Test) {
  const context = testContext()
  t.after(context.dispose)
  openStore(context)
  const files = () => readdirSync(join(context.paths.root, 'blobs/sha256'))
  return { context, files }
}

const read = async (blob: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of blob) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('putBlob', () => {
  it('stores content under its digest, and again', async (t) => {
    const { context, files } = setUp(t)
    for (const expected of [undefined, id, id])
      assert.deepEqual(await putBlob(context, halves, expected), id)
    assert.deepEqual(files(), [id.digest.slice('sha256:'.length)])
    assert.deepEqual(readBlob(context, id.digest, 100), text)
    assert.deepEqual(await read(openBlob(context, id.digest)), text)
  })

  it('refuses what is not what it should be, and keeps nothing of it', async (t) => {
    const { context, files } = setUp(t)
    const other = sha256(Buffer.from('other'))
    const rows = [
      { expected: { ...id, digest: other }, message: /its content is another/ },
      { expected: { ...id, sizeBytes: 11 }, message: /it is longer/ },
      { expected: { ...id, sizeBytes: 13 }, message: /it is shorter/ },
    ]
    for (const { expected, message } of rows) {
      await assert.rejects(putBlob(context, halves, expected), {
        code: 'BLOB_CORRUPT',
        message,
        hint: 'fetch or make the image again where it came from',
      })
    }
    assert.deepEqual(files(), [])
  })

  it('reads no more than it should', async (t) => {
    const { context, files } = setUp(t)
    let read = 0
    function* endless() {
      for (;;) {
        read += 1
        yield Buffer.alloc(10)
      }
    }
    const expected = { ...id, sizeBytes: 25 }
    await assert.rejects(putBlob(context, endless(), expected), { code: 'BLOB_CORRUPT' })
    assert.equal(read, 3)
    assert.deepEqual(files(), [])
  })

  it('keeps nothing of a source that breaks', async (t) => {
    const { context, files } = setUp(t)
    function* breaking() {
      yield text
      throw new Error('the network is gone')
    }
    await assert.rejects(putBlob(context, breaking(), id), /the network is gone/)
    assert.deepEqual(files(), [])
  })
})

describe('a stored blob', () => {
  it('is verified whenever it is read', async (t) => {
    const { context } = setUp(t)
    const path = blobPath(context.paths.root, putBytes(context, text).digest)
    const damages = [
      { name: 'changed', damage: () => writeFileSync(path, 'Some content'), message: /changed/ },
      { name: 'cut off', damage: () => writeFileSync(path, 'some'), message: /was changed/ },
      {
        name: 'longer',
        damage: () => writeFileSync(path, 'x'.repeat(101)),
        message: /changed|more/,
      },
      { name: 'gone', damage: () => rmSync(path), message: /is missing/ },
    ]
    for (const { name, damage, message } of damages) {
      damage()
      const expected = { code: 'BLOB_CORRUPT', message, hint: /tsbuild rmi/ }
      assert.throws(() => readBlob(context, id.digest, 100), expected, name)
      await assert.rejects(read(openBlob(context, id.digest)), expected, name)
    }
    assert.equal(hasBlob(context, id.digest), false)
  })

  it('is never read through a link', async (t) => {
    const { context } = setUp(t)
    writeFileSync(join(context.paths.root, 'elsewhere'), text)
    symlinkSync('../../elsewhere', blobPath(context.paths.root, id.digest))
    assert.throws(() => readBlob(context, id.digest, 100), { code: 'ELOOP' })
    await assert.rejects(read(openBlob(context, id.digest)), { code: 'ELOOP' })
  })

  it('goes when nobody names it, unless somebody works with content', async (t) => {
    const { context, files } = setUp(t)
    const temporary = join(context.paths.root, 'blobs/sha256/half.1.tmp')
    await withContent(context, async () => {
      putBytes(context, text)
      writeFileSync(temporary, 'ha')
      reclaim(context)
      assert.equal(readFileSync(blobPath(context.paths.root, id.digest), 'utf8'), String(text))
      assert.ok(existsSync(temporary))
    })
    reclaim(context)
    assert.deepEqual(files(), [])
  })
})
