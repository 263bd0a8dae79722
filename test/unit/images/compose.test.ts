// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeImage, type ImageParts } from '../../../images/compose.ts'
import { type Digest, sha256 } from '../../../images/digest.ts'

const digest = (text: string): Digest => sha256(Buffer.from(text))

const created = '2026-01-02T03:04:05.000Z'
const parts: ImageParts = {
  format: 'oci',
  config: { Cmd: ['sh'], Env: ['A=b'], Labels: { b: '2', a: '1' } },
  properties: { architecture: 'amd64', os: 'linux', author: 'me' },
  created,
  history: [{ created_by: 'make' }, { created_by: 'ENV A=b', empty_layer: true }],
  layers: [{ diffId: digest('one'), sizeBytes: 1024 }],
  annotations: { key: 'value' },
}
const dockerOnly = {
  ...{ Shell: ['bash'], OnBuild: ['RUN true'], Healthcheck: { Test: ['NONE'] } },
  ...{ Hostname: 'h', Domainname: 'd' },
}

const parse = (bytes: Buffer) => JSON.parse(bytes.toString())

describe('composeImage', () => {
  it('gives the same bytes for the same parts, whatever their order', () => {
    const { config, properties, ...rest } = parts
    const turned: ImageParts = {
      ...rest,
      properties: { author: 'me', os: 'linux', architecture: 'amd64' },
      config: { Labels: { a: '1', b: '2' }, Env: ['A=b'], Cmd: ['sh'] },
    }
    assert.deepEqual({ ...composeImage(turned) }, { ...composeImage(parts) })
    const other = composeImage({ ...parts, config: { ...config, Cmd: ['bash'] } })
    assert.notDeepEqual(other.config, composeImage(parts).config)
    assert.deepEqual(properties.os, 'linux')
  })

  it('writes what the specification asks for', () => {
    const { config, manifest, dropped } = composeImage(parts)
    assert.deepEqual(parse(config), {
      ...parts.properties,
      created,
      config: parts.config,
      rootfs: { type: 'layers', diff_ids: [digest('one')] },
      history: parts.history,
    })
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    assert.equal(manifest.mediaType, mediaType)
    assert.deepEqual(parse(manifest.bytes), {
      schemaVersion: 2,
      mediaType,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: sha256(config),
        size: config.length,
      },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar',
          digest: digest('one'),
          size: 1024,
        },
      ],
      annotations: parts.annotations,
    })
    assert.deepEqual(dropped, [])
  })

  it('drops what a format has no place for, and says so', () => {
    const config = { ...parts.config, ...dockerOnly }
    const oci = composeImage({ ...parts, config })
    assert.deepEqual([...oci.dropped].sort(), Object.keys(dockerOnly).sort())
    assert.deepEqual(parse(oci.config).config, parts.config)
    const docker = composeImage({ ...parts, config, format: 'docker' })
    assert.deepEqual(docker.dropped, ['annotations'])
    assert.deepEqual(parse(docker.config).config, config)
    assert.equal(parse(docker.manifest.bytes).annotations, undefined)
  })

  it('says nothing of what docker writes but nobody set', () => {
    const unset = { Hostname: '', Domainname: '', OnBuild: [], Tty: false, Image: 'sha256:1' }
    const { config, dropped } = composeImage({ ...parts, config: { ...parts.config, ...unset } })
    assert.deepEqual(dropped, [])
    assert.deepEqual(parse(config).config, parts.config)
  })

  it('calls layers by the words of its format', () => {
    const oci = 'application/vnd.oci.image.layer.v1.tar'
    const docker = 'application/vnd.docker.image.rootfs.diff.tar'
    const rows = [
      { from: `${oci}+gzip`, format: 'docker', to: `${docker}.gzip` },
      { from: `${docker}.gzip`, format: 'oci', to: `${oci}+gzip` },
      { from: `${docker}.gzip`, format: 'docker', to: `${docker}.gzip` },
      { from: `${oci}+zstd`, format: 'oci', to: `${oci}+zstd` },
      { from: oci, format: 'docker', to: docker },
    ] as const
    for (const { from, format, to } of rows) {
      const blob = { mediaType: from, digest: digest('blob'), size: 10 }
      const layers = [{ diffId: digest('one'), sizeBytes: 1024, blob }]
      const { manifest } = composeImage({ ...parts, layers, format })
      assert.deepEqual(parse(manifest.bytes).layers, [{ ...blob, mediaType: to }], from)
    }
  })

  it('lists a layer uncompressed when its format has no word for how it came', () => {
    const mediaType = 'application/vnd.oci.image.layer.v1.tar+zstd'
    const blob = { mediaType, digest: digest('blob'), size: 10 }
    const layers = [{ diffId: digest('one'), sizeBytes: 1024, blob }]
    const { manifest } = composeImage({ ...parts, layers, format: 'docker' })
    const plain = 'application/vnd.docker.image.rootfs.diff.tar'
    const want = [{ mediaType: plain, digest: digest('one'), size: 1024 }]
    assert.deepEqual(parse(manifest.bytes).layers, want)
  })

  it('wants a history of as many layers as there are', () => {
    assert.throws(() => composeImage({ ...parts, history: [] }), RangeError)
    assert.throws(() => composeImage({ ...parts, layers: [] }), RangeError)
  })
})
