// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { convertManifest, saysAlready } from '../../../images/convert.ts'
import { sha256 } from '../../../images/digest.ts'
import { type ImageManifest, parseManifest } from '../../../images/manifest.ts'
import { mediaTypes } from '../../../images/media-types.ts'

const [config, one, two] = ['config', 'one', 'two'].map((text) => sha256(text))
assert.ok(config !== undefined && one !== undefined && two !== undefined)
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip'
const original: ImageManifest & { more: number } = {
  schemaVersion: 2,
  mediaType: mediaTypes.oci.manifest,
  config: { mediaType: mediaTypes.oci.config, digest: config, size: 6 },
  layers: [
    { mediaType: layerType, digest: one, size: 3, annotations: { a: 'b' } },
    { mediaType: layerType, digest: two, size: 3, annotations: { c: 'd' } },
  ],
  annotations: { base: 'x' },
  more: 1,
}
const gzip = (digest: typeof one) => ({ digest, sizeBytes: 3, compression: 'gzip' as const })
const parts = {
  format: 'oci',
  config: { digest: config, sizeBytes: 6 },
  layers: [gzip(one), gzip(two)],
} as const

describe('convertManifest', () => {
  it('says the same where nothing is another', () => {
    assert.deepEqual(JSON.parse(convertManifest(original, parts).toString()), original)
  })

  it("leaves out annotations in docker's words, and keeps what else there is", () => {
    const { annotations, ...rest } = original
    const layer = 'application/vnd.docker.image.rootfs.diff.tar.gzip'
    const bytes = convertManifest(original, { ...parts, format: 'docker' })
    assert.deepEqual(JSON.parse(bytes.toString()), {
      ...rest,
      mediaType: mediaTypes.docker.manifest,
      config: { ...original.config, mediaType: mediaTypes.docker.config },
      layers: [one, two].map((digest) => ({ mediaType: layer, digest, size: 3 })),
    })
    const parsed = parseManifest(bytes, undefined)
    assert.ok(parsed.kind === 'image' && parsed.format === 'docker')
  })

  it('says nothing of old bytes about new ones', () => {
    const plain = { digest: sha256('plain'), sizeBytes: 9, compression: 'none' } as const
    const bytes = convertManifest(original, { ...parts, layers: [gzip(one), plain] })
    assert.deepEqual(JSON.parse(bytes.toString()).layers, [
      original.layers[0],
      { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: plain.digest, size: 9 },
    ])
  })

  it("has no word for zstd in docker's format", () => {
    const layers = [{ ...gzip(one), compression: 'zstd' as const }]
    assert.throws(() => convertManifest(original, { ...parts, format: 'docker', layers }), /zstd/)
  })
})

describe('saysAlready', () => {
  const rows = [
    ['the same', parts, true],
    ['another format', { ...parts, format: 'docker' }, false],
    ['another config', { ...parts, config: { digest: one, sizeBytes: 3 } }, false],
    ['fewer layers', { ...parts, layers: [gzip(one)] }, false],
    ['another layer', { ...parts, layers: [gzip(one), gzip(one)] }, false],
    [
      'another compression',
      { ...parts, layers: [gzip(one), { ...gzip(two), compression: 'none' }] },
      false,
    ],
  ] as const
  for (const [name, wanted, want] of rows) {
    it(`is ${want} for ${name}`, () => assert.equal(saysAlready(original, wanted), want))
  }
})
