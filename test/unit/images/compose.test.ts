// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeImage } from '../../../images/compose.ts'
import { type Digest, sha256 } from '../../../images/digest.ts'
import { parseManifest } from '../../../images/manifest.ts'
import type { ManifestFormat } from '../../../images/media-types.ts'

const diffId = sha256(Buffer.from('tar'))
const packed = sha256(Buffer.from('packed'))
const oci = 'application/vnd.oci.image.layer.v1.tar'
const docker = 'application/vnd.docker.image.rootfs.diff.tar'

interface Case {
  readonly format: ManifestFormat
  readonly stored: string | undefined
  readonly want: { readonly mediaType: string; readonly digest: Digest }
}

const cases: readonly Case[] = [
  { format: 'oci', stored: undefined, want: { mediaType: oci, digest: diffId } },
  { format: 'oci', stored: `${oci}+zstd`, want: { mediaType: `${oci}+zstd`, digest: packed } },
  { format: 'oci', stored: `${docker}.gzip`, want: { mediaType: `${oci}+gzip`, digest: packed } },
  { format: 'docker', stored: undefined, want: { mediaType: docker, digest: diffId } },
  {
    format: 'docker',
    stored: `${oci}+gzip`,
    want: { mediaType: `${docker}.gzip`, digest: packed },
  },
  // Docker's format has no word for it.
  { format: 'docker', stored: `${oci}+zstd`, want: { mediaType: docker, digest: diffId } },
]

describe('the manifest of a new image', () => {
  for (const { format, stored, want } of cases) {
    it(`lists a layer that came as ${stored ?? 'nothing'} in ${format} format`, () => {
      const blob =
        stored === undefined ? {} : { blob: { mediaType: stored, digest: packed, size: 3 } }
      const { manifest } = composeImage({
        format,
        config: {},
        properties: { os: 'linux', architecture: 'amd64' },
        created: '1970-01-01T00:00:00Z',
        history: [{}],
        layers: [{ diffId, sizeBytes: 5, ...blob }],
        annotations: {},
      })
      const parsed = parseManifest(manifest.bytes, manifest.mediaType)
      assert.ok(parsed.kind === 'image')
      const size = want.digest === packed ? 3 : 5
      assert.deepEqual(parsed.manifest.layers, [{ ...want, size }])
    })
  }
})
