// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { sha256 } from '../../../../images/digest.ts'
import { parseTransport } from '../../../../images/transport/reference.ts'
import { withSource } from '../../../../images/transport/source.ts'
import {
  blobFiles,
  descriptor,
  dirFiles,
  dockerFiles,
  json,
  ociFiles,
  sampleImage,
  tarFiles,
  writeFiles,
} from './sample-image.ts'

const scratch = mkdtempSync(join(tmpdir(), 'tsbuild-source-'))
after(() => rmSync(scratch, { recursive: true }))

const image = sampleImage()
const other = sampleImage('other')
const tagged = ociFiles(image, 'tag')
const file = (name: string, bytes: Buffer) => writeFileSync(join(scratch, name), bytes)

writeFiles(join(scratch, 'one'), ociFiles(image, undefined))
writeFiles(join(scratch, 'tagged'), tagged)
const two = json({
  schemaVersion: 2,
  manifests: ['a', 'b'].map((name, at) => ({
    ...descriptor(image.manifest.mediaType, [image, other][at]?.manifestBytes ?? Buffer.alloc(0)),
    annotations: { 'org.opencontainers.image.ref.name': name },
  })),
})
const both = { ...tagged, ...ociFiles(other), 'index.json': two }
writeFiles(join(scratch, 'two'), both)
writeFiles(join(scratch, 'dir'), dirFiles(image))
file('oci.tar', tarFiles(tagged))
file('oci.tar.gz', gzipSync(tarFiles(tagged)))
file('two.tar', tarFiles(both))
file('docker.tar', tarFiles(dockerFiles(image, ['foo:v1', 'localhost/x/y:z'])))
file('unnamed.tar', tarFiles(dockerFiles(image, null)))
file('packed.tar', tarFiles({ ...dockerFiles(image, []), 'layer.tar': image.layer }))
const nested = json({
  schemaVersion: 2,
  manifests: [
    {
      ...descriptor(image.manifest.mediaType, image.manifestBytes),
      platform: { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : 'arm64' },
    },
    {
      ...descriptor(image.manifest.mediaType, other.manifestBytes),
      platform: { os: 'plan9', architecture: 'mips' },
    },
  ],
})
const outer = {
  schemaVersion: 2,
  manifests: [descriptor('application/vnd.oci.image.index.v1+json', nested)],
}
writeFiles(join(scratch, 'nested'), { ...tagged, 'index.json': json(outer), ...blobFiles(nested) })

const read: readonly [reference: string, names: readonly string[], layer: Buffer, type: string][] =
  [
    ['oci:one', [], image.layer, 'tar+gzip'],
    ['oci:tagged:tag', [], image.layer, 'tar+gzip'],
    ['oci:two:b', [], other.layer, 'tar+gzip'],
    ['oci:two:@1', [], other.layer, 'tar+gzip'],
    ['oci:nested', [], image.layer, 'tar+gzip'],
    ['oci-archive:oci.tar', ['localhost/tag:latest'], image.layer, 'tar+gzip'],
    ['oci-archive:oci.tar.gz:tag', ['localhost/tag:latest'], image.layer, 'tar+gzip'],
    ['oci-archive:two.tar:b', ['localhost/b:latest'], other.layer, 'tar+gzip'],
    [
      'docker-archive:docker.tar',
      ['docker.io/library/foo:v1', 'localhost/x/y:z'],
      image.tar,
      'tar',
    ],
    [
      'docker-archive:docker.tar:foo:v1',
      ['docker.io/library/foo:v1', 'localhost/x/y:z'],
      image.tar,
      'tar',
    ],
    ['docker-archive:unnamed.tar:@0', [], image.tar, 'tar'],
    ['docker-archive:packed.tar', [], image.layer, 'tar.gzip'],
    ['dir:dir', [], image.layer, 'tar+gzip'],
  ]

const open = (reference: string) => {
  const parsed = parseTransport(reference)
  return { ...parsed, path: join(scratch, parsed.path) }
}

describe('withSource', () => {
  for (const [reference, names, layer, type] of read) {
    it(`reads ${reference}`, () =>
      withSource(open(reference), { scratch }, async (source) => {
        const [first] = source.manifest.layers
        assert.ok(first !== undefined)
        assert.ok(first.mediaType.endsWith(type), first.mediaType)
        assert.deepEqual(Buffer.concat([...source.stream(first)]), layer)
        assert.equal(first.digest, sha256(layer))
        const config = Buffer.concat([...source.stream(source.manifest.config)])
        assert.equal(sha256(config), source.manifest.config.digest)
        if (names.length > 0) assert.deepEqual(source.names, names)
      }))
  }
})

const unknown: readonly [reference: string, message: RegExp, hint: RegExp][] = [
  ['oci:two', /holds 2 images/, /"a", "b"/],
  ['oci:two:c', /no image "c"/, /"a", "b"/],
  ['oci:two:@2', /no image @2 in oci:.*which holds 2/, /"a", "b"/],
  ['oci:one:x', /no image "x"/, /:@0/],
  ['oci-archive:two.tar', /holds 2 images/, /"a", "b"/],
  ['docker-archive:docker.tar:bar', /no image "bar"/, /"foo:v1", "localhost/],
  ['docker-archive:docker.tar:@1', /no image @1/, /foo/],
]

describe('an image that is not there', () => {
  for (const [reference, message, hint] of unknown) {
    it(`is an error for ${reference}`, () =>
      assert.rejects(
        withSource(open(reference), { scratch }, async () => {}),
        { code: 'IMAGE_UNKNOWN', message, hint },
      ))
  }
})
