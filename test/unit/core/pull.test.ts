// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { history } from '../../../core/history.ts'
import { images } from '../../../core/images.ts'
import { pull } from '../../../core/pull.ts'
import { push } from '../../../core/push.ts'
import { openStore } from '../../../core/store/open-store.ts'
import { digestHex, sha256 } from '../../../images/digest.ts'
import { makeTar } from '../images/tar/make-tar.ts'
import { descriptor, json, writeFiles } from '../images/transport/sample-image.ts'
import { type TestContext, testContext } from './store/test-context.ts'

let context: TestContext
let folder = ''
beforeEach(() => {
  context = testContext()
  openStore(context)
  folder = mkdtempSync(join(tmpdir(), 'tsbuild-pull-'))
})
afterEach(() => {
  context.dispose()
  rmSync(folder, { recursive: true })
})

const platform = { architecture: process.arch === 'x64' ? 'amd64' : 'arm64', os: 'linux' }
const first = makeTar({ name: 'a', body: 'one' })
const second = makeTar({ name: 'b', body: 'two' }, { name: '.wh.a' })

interface Parts {
  readonly tars?: readonly Buffer[]
  /** What each layer is called in the config. */
  readonly diffIds?: readonly string[]
  readonly pack?: (tar: Buffer) => Buffer
  readonly config?: object
}

/** An image in a directory. @returns how to pull it */
function place(name: string, { tars = [first, second], pack = gzipSync, ...rest }: Parts): string {
  const config = json({
    ...platform,
    rootfs: { type: 'layers', diff_ids: rest.diffIds ?? tars.map((tar) => sha256(tar)) },
    ...rest.config,
  })
  const blobs = [config, ...tars.map(pack)]
  const layer = 'application/vnd.oci.image.layer.v1.tar+gzip'
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: blobs.slice(1).map((bytes) => descriptor(layer, bytes)),
  }
  writeFiles(join(folder, name), {
    'manifest.json': json(manifest),
    ...Object.fromEntries(blobs.map((bytes) => [digestHex(sha256(bytes)), bytes])),
  })
  return `dir:${folder}/${name}`
}

const progress = () => {}
const inStore = (name: string): string[] => readdirSync(join(context.paths.root, name))

const refused: readonly { name: string; parts: Parts; code: string; message: RegExp }[] = [
  {
    name: 'a layer that unpacks to something else',
    parts: { diffIds: [sha256(first), sha256(first)] },
    code: 'BLOB_CORRUPT',
    message: /a layer unpacks to sha256:/,
  },
  {
    name: 'a layer that is no archive',
    parts: { tars: [first, Buffer.from('x'.repeat(2048))] },
    code: 'ARCHIVE_INVALID',
    message: /cannot unpack the layer sha256:/,
  },
  {
    name: 'a layer whose compressed data is cut off',
    parts: { pack: (tar) => gzipSync(tar).subarray(0, 60) },
    code: 'ARCHIVE_INVALID',
    message: /cannot unpack the layer sha256:/,
  },
  {
    name: 'a layer with an entry of no known type',
    parts: { tars: [first, makeTar({ name: 'x', type: 'Q' })] },
    code: 'ARCHIVE_INVALID',
    message: /cannot unpack the layer/,
  },
  {
    name: 'a config that names other layers than there are',
    parts: { diffIds: [sha256(first)] },
    code: 'MANIFEST_INVALID',
    message: /names 1 layers, the manifest lists 2/,
  },
]

describe('pull', () => {
  for (const { name, parts, code, message } of refused) {
    it(`keeps nothing of ${name}`, async () => {
      const source = place('bad', parts)
      await assert.rejects(pull(context, { source, progress }), { code, message, hint: /./ })
      assert.deepEqual(images(context), [])
      assert.deepEqual([inStore('snapshots'), inStore('l')], [[], []])
      assert.deepEqual(
        inStore('locks').filter((lock) => lock.startsWith('snapshot')),
        [],
      )
      assert.equal(context.held.size, 0)
      // The next pull reclaims the blobs.
      const { id } = await pull(context, { source: place('good', {}), progress })
      assert.equal(inStore('blobs/sha256').length, 4)
      assert.deepEqual(
        images(context).map((image) => image.id),
        [id],
      )
    })
  }

  it('unpacks what it does not know, each layer once', async () => {
    await pull(context, { source: place('base', { tars: [first] }), progress })
    await pull(context, { source: place('both', {}), progress })
    assert.equal(inStore('snapshots').length, 2)
    await pull(context, { source: place('more', { config: { author: 'x' } }), progress })
    assert.equal(inStore('snapshots').length, 2)
    await pull(context, { source: place('both', {}), progress })
    assert.equal(images(context).length, 3)
    assert.equal(context.held.size, 0)
  })

  it('takes a known layer in another form, if it is that layer', async () => {
    await pull(context, { source: place('base', { tars: [first] }), progress })
    const level9 = (tar: Buffer) => gzipSync(tar, { level: 0 })
    const other = place('other', { pack: level9, config: { author: 'x' } })
    const { id } = await pull(context, { source: other, progress })
    const request = { format: undefined, compress: true, digestfile: undefined, progress }
    await push(context, { ...request, image: id, destination: `dir:${folder}/back` })
    const [was, is] = ['other', 'back'].map((name) =>
      readFileSync(`${folder}/${name}/manifest.json`),
    )
    assert.deepEqual(is, was)
    const lie = { diffIds: [sha256(first)], tars: [second], config: { author: 'y' } }
    const source = place('lie', lie)
    const want = { code: 'BLOB_CORRUPT', message: /unpacks to sha256:/, hint: /fetch or make/ }
    await assert.rejects(pull(context, { source, progress }), want)
  })

  it('warns of an image for another machine', async () => {
    const config = { os: 'plan9', architecture: 'mips' }
    await pull(context, { source: place('strange', { config }), progress })
    assert.match(context.warnings.join(), /the image is for plan9\/mips, this machine is linux/)
  })

  it('takes an image whose history and time say little', async () => {
    const config = { created: '', history: [{ empty_layer: true, created_by: 'x' }] }
    const { id } = await pull(context, { source: place('short', { config }), progress })
    assert.equal(images(context)[0]?.created, '1970-01-01T00:00:00Z')
    const steps = history(context, id).map(({ createdBy, sizeBytes }) => [createdBy, sizeBytes])
    assert.deepEqual(steps, [
      ['', second.length],
      ['', first.length],
      ['x', 0],
    ])
  })
})
