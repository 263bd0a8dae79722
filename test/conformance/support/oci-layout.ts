// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type ComparableConfig, comparableConfig, type RawConfig } from './image-config.ts'
import { flatten, type ImageTree } from './image-tree.ts'

/** An image as far as two builders can be compared. */
export interface Image {
  readonly config: ComparableConfig
  readonly tree: ImageTree
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

interface Index {
  readonly manifests: readonly Descriptor[]
}

interface Manifest {
  readonly schemaVersion: number
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/**
 * Reads an image of an OCI layout by means of the tests' own, every digest verified.
 *
 * @param tag the annotation org.opencontainers.image.ref.name
 * @throws AssertionError when the layout breaks the spec
 * @see OCI image spec, image-layout.md, manifest.md, config.md
 */
export function readLayout(layout: string, tag: string): Image {
  const index: Index = parse(readFileSync(join(layout, 'index.json')))
  const descriptor = index.manifests.find(
    ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === tag,
  )
  assert.ok(descriptor !== undefined, `${layout} has no image ${tag}`)
  const manifest: Manifest = parse(blob(layout, descriptor))
  assert.equal(manifest.schemaVersion, 2)
  const config: RawConfig = parse(blob(layout, manifest.config))
  const layers = manifest.layers.map((layer) => uncompressed(layout, layer))
  assert.deepEqual(layers.map(digestOf), config.rootfs.diff_ids, 'diff_ids are those of the layers')
  const withLayer = (config.history ?? []).filter((entry) => entry.empty_layer !== true)
  assert.equal(withLayer.length, layers.length, 'as many layers as history says')
  return { config: comparableConfig(config), tree: flatten(layers) }
}

function uncompressed(layout: string, layer: Descriptor): Buffer {
  const bytes = blob(layout, layer)
  if (layer.mediaType.endsWith('.tar')) return bytes
  assert.match(layer.mediaType, /\.tar\+gzip$/)
  return gunzipSync(bytes)
}

function blob(layout: string, { digest, size }: Descriptor): Buffer {
  const bytes = readFileSync(join(layout, 'blobs', ...digest.split(':')))
  assert.equal(bytes.length, size, `${digest}: size`)
  assert.equal(digestOf(bytes), digest)
  return bytes
}

const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Of a peer or of us: a member that is missing fails the test where it is used. */
const parse = <T>(bytes: Buffer): T => JSON.parse(bytes.toString())
