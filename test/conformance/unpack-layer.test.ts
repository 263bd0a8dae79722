// SPDX-License-Identifier: Apache-2.0
/** Layers as other programs read them: what they unpack is what an overlay of ours shows. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { requires } from '../harness/requires.ts'
import { changes, comparable, overlayStack } from '../unit/images/layer/overlay-stack.ts'
import { pack } from '../unit/images/layer/pack-tree.ts'
import { listTree } from '../unit/images/unpack/list-tree.ts'

describe('layers of what an overlay wrote', () => {
  it(
    'are unpacked by umoci to what the mount shows',
    requires('root', 'program:umoci'),
    async (t) => {
      const { base, shown } = await setUp(t)
      run('umoci', ['unpack', '--image', 'layout:image', 'bundle'], base)
      const found = comparable(listTree(`${base}/bundle/rootfs`))
      assert.deepEqual(found, shown)
    },
  )

  it(
    'are pulled by podman, and pushed as they were',
    requires('root', 'program:podman'),
    async (t) => {
      const { base, shown, layers } = await setUp(t)
      const roots = ['--root', `${base}/storage`, '--runroot', `${base}/run`]
      const podman = (...args: readonly string[]) =>
        run('podman', [...roots, '--storage-driver', 'vfs', ...args], base).trim()
      // It takes the path for a name, so that must be in lower case.
      const id = podman('pull', '--quiet', 'oci:layout:image')
      const found = comparable(listTree(podman('image', 'mount', id)))
      assert.deepEqual(found, shown.map(withoutNegativeTime))
      podman('save', '--quiet', '--format', 'docker-dir', '--output', `${base}/saved`, id)
      const saved = readdirSync(`${base}/saved`)
      for (const layer of layers) assert.ok(saved.includes(digest(layer)), digest(layer))
    },
  )
})

/** An image of the changes: the first a layer, the others merged to one above. */
async function setUp(t: TestContext) {
  const { base, trees, change } = overlayStack(t)
  for (const action of changes) await change(action)
  let shown: string[] = []
  await change((merged) => {
    shown = comparable(listTree(merged))
  })
  const layers = [pack(trees.slice(0, 1)), pack(trees.slice(1, -1), { hasParent: true })]
  writeLayout(`${base}/layout`, layers)
  return { base, shown, layers }
}

/** @see OCI image-spec, image-layout.md */
function writeLayout(path: string, layers: readonly Buffer[]): void {
  mkdirSync(`${path}/blobs/sha256`, { recursive: true })
  const put = (mediaType: string, bytes: Buffer) => {
    writeFileSync(`${path}/blobs/sha256/${digest(bytes)}`, bytes)
    return { mediaType, digest: `sha256:${digest(bytes)}`, size: bytes.length }
  }
  const type = (name: string) => `application/vnd.oci.image.${name}`
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => `sha256:${digest(layer)}`) }
  const image = { architecture: 'amd64', os: 'linux', config: {}, rootfs }
  const config = put(type('config.v1+json'), json(image))
  const blobs = layers.map((layer) => put(type('layer.v1.tar'), layer))
  const mediaType = type('manifest.v1+json')
  const manifest = put(mediaType, json({ schemaVersion: 2, mediaType, config, layers: blobs }))
  const annotations = { 'org.opencontainers.image.ref.name': 'image' }
  const manifests = [{ ...manifest, annotations }]
  writeFileSync(`${path}/index.json`, json({ schemaVersion: 2, manifests }))
  writeFileSync(`${path}/oci-layout`, json({ imageLayoutVersion: '1.0.0' }))
}

/** podman makes 1970 of a time before it. */
const withoutNegativeTime = (line: string): string => line.replace(/ -[0-9]+ /, ' 0 ')

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
