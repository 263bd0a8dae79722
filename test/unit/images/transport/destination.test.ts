// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { digestHex, sha256 } from '../../../../images/digest.ts'
import { parseManifest } from '../../../../images/manifest.ts'
import { type ImageDestination, withDestination } from '../../../../images/transport/destination.ts'
import { parseTransport } from '../../../../images/transport/reference.ts'
import { withSource } from '../../../../images/transport/source.ts'
import { type SampleImage, sampleImage } from './sample-image.ts'

let scratch = ''
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'tsbuild-destination-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

const at = (reference: string) => {
  const parsed = parseTransport(reference)
  return { ...parsed, path: join(scratch, parsed.path) }
}

const first = sampleImage('first')
const second = sampleImage('second')

const fill =
  (image: SampleImage, names: readonly string[] = []) =>
  async (destination: ImageDestination): Promise<void> => {
    await destination.put([image.layer.subarray(0, 9), image.layer.subarray(9)], 'layer')
    await destination.put([image.layer], 'layer')
    await destination.put([image.config], 'config')
    const { manifestBytes } = image
    const parsed = parseManifest(manifestBytes, undefined)
    assert.ok(parsed.kind === 'image')
    await destination.commit({ ...parsed, manifestBytes, names })
  }

const write = (reference: string, image: SampleImage, names: readonly string[] = []) =>
  withDestination(at(reference), fill(image, names))

const read = (reference: string) =>
  withSource(at(reference), { scratch }, async ({ manifest, manifestBytes, names, stream }) => ({
    names,
    manifestBytes,
    config: Buffer.concat([...stream(manifest.config)]),
    layers: manifest.layers.map((layer) => Buffer.concat([...stream(layer)])),
  }))

const files = (path = '.'): string[] =>
  readdirSync(join(scratch, path), { recursive: true }).map(String).sort()

describe('a destination', () => {
  for (const reference of [
    'oci:a/b',
    'oci:o:tag',
    'oci-archive:o.tar',
    'oci-archive:o.tar:x:1',
    'dir:d',
  ]) {
    it(`${reference} holds the image`, async () => {
      await write(reference, first)
      const { manifestBytes, config, layers } = await read(reference)
      assert.deepEqual(
        { manifestBytes, config, layers },
        {
          manifestBytes: first.manifestBytes,
          config: first.config,
          layers: [first.layer],
        },
      )
      assert.deepEqual(
        files().filter((name) => name.includes('tsbuild')),
        [],
      )
    })
  }

  it('docker-archive: holds the image with its names', async () => {
    await write('docker-archive:d.tar:foo', first, [
      'localhost/a:b',
      'docker.io/library/foo:latest',
    ])
    const { names, config, layers } = await read('docker-archive:d.tar')
    assert.deepEqual(names, ['docker.io/library/foo:latest', 'localhost/a:b'])
    assert.deepEqual([config, layers], [first.config, [first.layer]])
    const list = execFileSync('tar', ['-tf', join(scratch, 'd.tar')], { encoding: 'utf8' })
    const [config_, layer] = [first.config, first.layer].map((bytes) => digestHex(sha256(bytes)))
    assert.equal(list, `${layer}.tar\n${config_}.json\nmanifest.json\nrepositories\n`)
  })

  it('is the same bytes each time', async () => {
    for (const transport of ['oci-archive', 'docker-archive']) {
      await write(`${transport}:1`, first)
      await write(`${transport}:2`, first)
      const [one, two] = ['1', '2'].map((name) => readFileSync(join(scratch, name)))
      assert.deepEqual(one, two)
      rmSync(join(scratch, '1'))
      rmSync(join(scratch, '2'))
    }
  })
})

describe('a destination that is there', () => {
  it('oci: keeps other images, and gives the tag to the new one', async () => {
    await write('oci:o:a', first)
    await write('oci:o:b', first)
    await write('oci:o:a', second)
    await write('oci:o', first)
    await write('oci:o', second)
    assert.deepEqual((await read('oci:o:a')).layers, [second.layer])
    assert.deepEqual((await read('oci:o:b')).layers, [first.layer])
    const { manifests } = JSON.parse(readFileSync(join(scratch, 'o/index.json'), 'utf8'))
    assert.equal(manifests.length, 3)
  })

  it('oci: knows which blobs are there, and puts a damaged one right', async () => {
    await write('oci:o', first)
    const blob = { digest: sha256(first.layer), sizeBytes: first.layer.length }
    await withDestination(at('oci:o'), async (destination) => {
      assert.equal(destination.has(blob), true)
      assert.equal(destination.has({ ...blob, sizeBytes: 1 }), false)
    })
    writeFileSync(join(scratch, `o/blobs/sha256/${digestHex(blob.digest)}`), 'damaged')
    await write('oci:o', first)
    assert.deepEqual((await read('oci:o')).layers, [first.layer])
  })

  it('dir: holds the new image alone', async () => {
    await write('dir:d', first)
    writeFileSync(join(scratch, 'd/signature-1'), '')
    writeFileSync(join(scratch, 'd/mine'), '')
    await write('dir:d', second)
    const blobs = [second.config, second.layer].map((bytes) => digestHex(sha256(bytes)))
    assert.deepEqual(files('d'), [...blobs, 'manifest.json', 'mine', 'version'].sort())
  })

  it('oci-archive: is replaced, also behind a link', async () => {
    await write('oci-archive:real.tar', first)
    symlinkSync('real.tar', join(scratch, 'link.tar'))
    await write('oci-archive:link.tar', second)
    assert.deepEqual((await read('oci-archive:real.tar')).layers, [second.layer])
  })
})

describe('a destination that fails', () => {
  for (const reference of [
    'oci:new',
    'oci:there:tag',
    'oci-archive:n.tar',
    'docker-archive:n.tar',
    'dir:new',
    'dir:image',
  ]) {
    it(`${reference} is as it was before`, async () => {
      await write('oci:there:tag', first)
      await write('dir:image', first)
      const before = files()
      const broken = withDestination(at(reference), async (destination) => {
        await destination.put([first.layer], 'layer')
        await destination.put(failing(), 'layer')
      })
      await assert.rejects(broken, /the source failed/)
      assert.deepEqual(files(), before)
    })
  }

  const refused: readonly [name: string, reference: string, make: () => void, why: RegExp][] = [
    ['a full directory', 'oci:x', () => folder('x/y'), /neither empty nor an OCI layout/],
    ['a full directory', 'dir:x', () => folder('x/y'), /neither empty nor an image/],
    ['a file', 'oci:x', () => file('x'), /no directory/],
    ['a directory', 'oci-archive:x', () => folder('x'), /no regular file/],
    ['a pipe', 'docker-archive:x', () => pipe('x'), /no regular file/],
    ['an archive', 'docker-archive:x', () => file('x'), /there is such a file/],
    ['no parent', 'oci-archive:x/y', () => {}, /cannot write oci-archive:.*x\/y/],
    ['a wrong name', 'docker-archive:x:UP', () => {}, /"UP" is no name/],
    ['blobs behind a link', 'oci:x', linkedLayout, /directory of blobs is a link/],
  ]
  for (const [name, reference, make, message] of refused) {
    it(`${reference} refuses ${name}`, async () => {
      make()
      const before = files()
      const writing = write(reference, first)
      await assert.rejects(writing, { code: 'TRANSPORT_INVALID', message, hint: /./ })
      assert.deepEqual(files(), before)
    })
  }
})

function* failing(): Generator<Buffer> {
  yield Buffer.from('some')
  throw new Error('the source failed')
}

const folder = (name: string) => void mkdirSync(join(scratch, name), { recursive: true })
const file = (name: string) => writeFileSync(join(scratch, name), 'x')
const pipe = (name: string) => void execFileSync('mkfifo', [join(scratch, name)])

function linkedLayout(): void {
  folder('x')
  folder('elsewhere')
  writeFileSync(join(scratch, 'x/oci-layout'), '{}')
  writeFileSync(join(scratch, 'x/index.json'), '{"schemaVersion":2,"manifests":[]}')
  symlinkSync('../elsewhere', join(scratch, 'x/blobs'))
}
