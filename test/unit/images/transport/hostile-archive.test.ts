// SPDX-License-Identifier: Apache-2.0
/** Archives of images that somebody damaged, or made to do harm. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { parseTransport } from '../../../../images/transport/reference.ts'
import { withSource } from '../../../../images/transport/source.ts'
import { makeTar } from '../tar/make-tar.ts'
import { archive, type HostilePlace, itRefuses } from './hostile.ts'
import { dockerFiles, type Files, json, ociFiles, sampleImage, tarFiles } from './sample-image.ts'

const image = sampleImage()
const item = { Config: 'config.json', RepoTags: null, Layers: ['layer.tar'] }
const docker = (change: Files) => tarFiles({ ...dockerFiles(image, null), ...change })

const rows: readonly HostilePlace[] = [
  {
    name: 'no archive',
    transport: 'oci-archive',
    make: archive(Buffer.from('x'.repeat(2000))),
    code: 'ARCHIVE_INVALID',
    message: /no tar archive/,
  },
  {
    name: 'an archive that is cut off',
    transport: 'docker-archive',
    make: archive(docker({}).subarray(0, 5000)),
    code: 'ARCHIVE_INVALID',
    message: /cut off/,
  },
  {
    name: 'a compressed archive that is cut off',
    transport: 'docker-archive',
    make: archive(gzipSync(docker({})).subarray(0, -200)),
    code: 'ARCHIVE_INVALID',
    message: /damaged or cut off/,
  },
  {
    name: 'an archive with a size beyond its end',
    transport: 'docker-archive',
    make: archive(makeTar({ name: 'manifest.json', size: 8 ** 10, body: '[]' })),
    code: 'ARCHIVE_INVALID',
    message: /cut off/,
  },
  {
    name: 'no manifest.json',
    transport: 'docker-archive',
    make: archive(tarFiles(ociFiles(image, undefined))),
    code: 'TRANSPORT_INVALID',
    message: /not of docker 1.10/,
  },
  {
    name: 'a manifest.json that is no list',
    transport: 'docker-archive',
    make: archive(docker({ 'manifest.json': json(item) })),
    code: 'MANIFEST_INVALID',
    message: /not a JSON array/,
  },
  {
    name: 'a layer that is not there',
    transport: 'docker-archive',
    make: archive(docker({ 'manifest.json': json([{ ...item, Layers: ['../../etc/shadow'] }]) })),
    code: 'BLOB_CORRUPT',
    message: /"..\/..\/etc\/shadow" is missing/,
  },
  {
    name: 'links that lead to each other',
    transport: 'docker-archive',
    make: archive(
      makeTar(
        { name: 'config.json', body: image.config },
        { name: 'layer.tar', type: '2', link: 'x' },
        { name: 'x', type: '2', link: 'layer.tar' },
        { name: 'manifest.json', body: json([item]) },
      ),
    ),
    code: 'ARCHIVE_INVALID',
    message: /"layer.tar" is no file/,
  },
  {
    name: 'more layers than the config names',
    transport: 'docker-archive',
    make: archive(
      docker({ 'manifest.json': json([{ ...item, Layers: ['layer.tar', 'layer.tar'] }]) }),
    ),
    code: 'MANIFEST_INVALID',
    message: /names 1 layers, the manifest lists 2/,
  },
]

describe('a hostile archive is refused', () => itRefuses(rows))

describe('an archive', () => {
  it('has links that lead to its own files', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'tsbuild-links-'))
    const path = join(scratch, 'links.tar')
    const entries = [
      { name: 'deep/layer.tar', type: '2', link: '../../../real.tar' },
      { name: 'real.tar', body: image.tar },
      { name: 'config.json', body: image.config },
      { name: 'manifest.json', body: json([{ ...item, Layers: ['./deep/layer.tar'] }]) },
    ]
    try {
      writeFileSync(path, makeTar(...entries))
      const reference = parseTransport(`docker-archive:${path}`)
      const layer = await withSource(reference, { scratch }, async ({ manifest, stream }) =>
        Buffer.concat(manifest.layers.flatMap((one) => [...stream(one)])),
      )
      assert.deepEqual(layer, image.tar)
    } finally {
      rmSync(scratch, { recursive: true })
    }
  })
})
