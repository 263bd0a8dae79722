// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseManifest } from '../../../images/manifest.ts'
import { choosePlatform } from '../../../images/platform.ts'
import { json } from './transport/sample-image.ts'

const hex = 'a'.repeat(64)
const oci = 'application/vnd.oci.image'
const docker = 'application/vnd.docker'
const config = { mediaType: `${oci}.config.v1+json`, digest: `sha256:${hex}`, size: 2 }
const layer = { mediaType: `${oci}.layer.v1.tar+gzip`, digest: `sha256:${hex}`, size: 3 }
const good = { schemaVersion: 2, mediaType: `${oci}.manifest.v1+json`, config, layers: [layer] }
const dockerGood = {
  schemaVersion: 2,
  mediaType: `${docker}.distribution.manifest.v2+json`,
  config: { ...config, mediaType: `${docker}.container.image.v1+json` },
  layers: [{ ...layer, mediaType: `${docker}.image.rootfs.diff.tar.gzip` }],
}

const refused: readonly { name: string; bytes: Buffer; stated?: string; want: RegExp }[] = [
  { name: 'no JSON', bytes: Buffer.from('{'), want: /not JSON/ },
  { name: 'an array', bytes: json([]), want: /not a JSON object/ },
  { name: 'more than 4 MiB', bytes: Buffer.alloc(4194305, ' '), want: /more than 4194304 bytes/ },
  { name: 'deep nesting', bytes: Buffer.from('{"a":'.repeat(70)), want: /nested 64 levels/ },
  { name: 'schema 1', bytes: json({ schemaVersion: 1 }), want: /schema 1/ },
  { name: 'schema 3', bytes: json({ ...good, schemaVersion: 3 }), want: /schemaVersion/ },
  { name: 'image and index at once', bytes: json({ ...good, manifests: [] }), want: /and as an/ },
  { name: 'an unknown type', bytes: json({ ...good, mediaType: 'text/x' }), want: /"text\/x" is/ },
  { name: 'a type that is no text', bytes: json({ ...good, mediaType: 7 }), want: /mediaType/ },
  {
    name: 'another type than announced',
    bytes: json(good),
    stated: dockerGood.mediaType,
    want: /announced as/,
  },
  { name: 'no config', bytes: json({ ...good, config: undefined }), want: /\/config/ },
  {
    name: 'sha512',
    bytes: json({ ...good, config: { ...config, digest: `sha512:${hex}${hex}` } }),
    want: /names content by sha512/,
  },
  {
    name: 'a digest with a path in it',
    bytes: json({ ...good, config: { ...config, digest: 'sha256:../../etc/passwd' } }),
    want: /is no digest/,
  },
  {
    name: 'a size beyond 2^53',
    bytes: Buffer.from(JSON.stringify(good).replace('"size":3', '"size":9007199254740993')),
    want: /\/layers\/0\/size/,
  },
  {
    name: 'a negative size',
    bytes: json({ ...good, config: { ...config, size: -1 } }),
    want: /\/config\/size/,
  },
  {
    name: 'a layer in a strange form',
    bytes: json({ ...good, layers: [{ ...layer, mediaType: `${layer.mediaType}+encrypted` }] }),
    want: /encrypted" *, which is not supported/,
  },
  {
    name: 'more than 500 layers',
    bytes: json({ ...good, layers: Array(501).fill(layer) }),
    want: /\/layers/,
  },
  {
    name: 'an artifact',
    bytes: json({ ...good, config: { ...config, mediaType: `${oci}.empty.v1+json` } }),
    want: /no container image/,
  },
  {
    name: "docker's config in an OCI manifest",
    bytes: json({ ...good, config: dockerGood.config }),
    want: /no container image/,
  },
]

describe('parseManifest', () => {
  for (const { name, bytes, stated, want } of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parseManifest(bytes, stated), {
        code: 'MANIFEST_INVALID',
        message: want,
        hint: /make or fetch the image again/,
      })
    })
  }

  it('reads OCI and docker, and keeps what it does not know', () => {
    for (const [document, format] of [
      [good, 'oci'],
      [dockerGood, 'docker'],
    ] as const) {
      const parsed = parseManifest(json({ ...document, more: { x: 1 } }), undefined)
      assert.ok(parsed.kind === 'image')
      assert.equal(parsed.format, format)
      assert.deepEqual(parsed.manifest, { ...document, more: { x: 1 } })
    }
  })

  it('takes null for nothing, and the announced type where none is stated', () => {
    const { mediaType, ...bare } = dockerGood
    const parsed = parseManifest(json({ ...bare, annotations: null }), mediaType)
    assert.ok(parsed.kind === 'image')
    assert.equal(parsed.format, 'docker')
  })

  it('knows an index without a type by its shape', () => {
    const parsed = parseManifest(json({ schemaVersion: 2, manifests: [] }), undefined)
    assert.equal(parsed.kind, 'index')
  })
})

const forPlatform = (platform: object | undefined, n: number, annotations = {}) => ({
  ...config,
  mediaType: good.mediaType,
  digest: `sha256:${String(n).repeat(64)}` as const,
  annotations,
  ...(platform === undefined ? {} : { platform: platform as { architecture: string; os: string } }),
})
const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64' }
const windows = { os: 'windows', architecture: 'amd64' }
const attestation = { 'vnd.docker.reference.type': 'attestation-manifest' }

const choices = [
  { name: 'the first that fits', among: [arm64, amd64, amd64], host: amd64, want: 1 },
  { name: 'not another system', among: [windows, amd64], host: amd64, want: 1 },
  {
    name: 'the baseline variant',
    among: [
      { ...arm64, variant: 'v9' },
      { ...arm64, variant: 'v8' },
    ],
    host: arm64,
    want: 1,
  },
  { name: 'the only one without platform', among: [undefined], host: arm64, want: 0 },
  {
    name: 'none for another machine',
    among: [arm64, windows],
    host: amd64,
    want: /linux\/arm64, windows/,
  },
  {
    name: 'none where two have no platform',
    among: [undefined, undefined],
    host: amd64,
    want: /unnamed/,
  },
  { name: 'none of an empty index', among: [], host: amd64, want: /it is empty/ },
] as const

describe('choosePlatform', () => {
  for (const { name, among, host, want } of choices) {
    it(`takes ${name}`, () => {
      const manifests = among.map((platform, n) => forPlatform(platform, n))
      const choose = () => choosePlatform({ schemaVersion: 2, manifests }, host)
      if (want instanceof RegExp) assert.throws(choose, { code: 'MANIFEST_INVALID', message: want })
      else assert.equal(choose(), manifests[want])
    })
  }

  it('passes by what BuildKit states about an image', () => {
    const manifests = [forPlatform(amd64, 0, attestation), forPlatform(amd64, 1)]
    assert.equal(choosePlatform({ schemaVersion: 2, manifests }, amd64), manifests[1])
  })
})
