// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { toBytes } from '../../core/lib/bytes.ts'
import { type Static, Type } from '../../core/lib/schema.ts'
import { type Digest, sha256 } from '../digest.ts'
import { checkForeign, parseForeignArray } from '../foreign-json.ts'
import { MAX_CONFIG_BYTES, parseImageConfig } from '../image-config.ts'
import { type Descriptor, type ImageManifest, MAX_MANIFEST_BYTES } from '../manifest.ts'
import { mediaTypes } from '../media-types.ts'
import { invalidPlace } from './failure.ts'
import type { ImageFiles } from './files.ts'
import { missingFile } from './missing.ts'
import { dockerName } from './names.ts'
import { unknownImage } from './read-oci-layout.ts'
import type { Selector } from './reference.ts'
import type { ImageSource } from './source.ts'

/** An image of `manifest.json`; the paths are those of files in the archive. */
const Item = Type.Object({
  Config: Type.String(),
  RepoTags: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  Layers: Type.Union([Type.Array(Type.String(), { maxItems: 500 }), Type.Null()]),
})
type Item = Static<typeof Item>

/**
 * What `docker save` writes, of version 1.10 or newer. It has no manifest: one of schema 2 is made
 * up, with the layers as they lie there.
 *
 * @see docker image spec, v1.2, "Combined Image JSON + Filesystem Changeset Format"
 */
export function readDockerArchive(files: ImageFiles, selector: Selector): ImageSource {
  if (files.sizeOf('manifest.json') === undefined) {
    throw invalidPlace(files.place, 'it has no manifest.json: it is not of docker 1.10 or newer')
  }
  const items = parseForeignArray(files.read('manifest.json', MAX_MANIFEST_BYTES), 'manifest.json')
  const item = choose(
    items.map((one) => checkForeign(Item, one, 'manifest.json')),
    selector,
    files.place,
  )
  const paths = (item.Layers ?? []).map(toBytes)
  const config = files.read(toBytes(item.Config), MAX_CONFIG_BYTES)
  const { diffIds } = parseImageConfig(config, paths.length)
  const places = new Map<Digest, string>([[sha256(config), toBytes(item.Config)]])
  const layers = diffIds.map((diffId, index) => {
    const path = paths[index] ?? ''
    const layer = describeLayer(files, path, diffId)
    places.set(layer.digest, path)
    return layer
  })
  const { manifest: mediaType, config: configType } = mediaTypes.docker
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: configType, digest: sha256(config), size: config.length },
    layers,
  }
  return {
    format: 'docker',
    manifest,
    mediaType,
    manifestBytes: Buffer.from(JSON.stringify(manifest)),
    names: (item.RepoTags ?? []).map(dockerName).filter((name) => name !== undefined),
    stream({ digest }) {
      const path = places.get(digest)
      if (path === undefined) throw missingFile(files.place, digest)
      return files.stream(path)
    },
  }
}

function choose(items: readonly Item[], selector: Selector, place: string): Item {
  const names = items.flatMap(({ RepoTags }) => RepoTags ?? [])
  if (selector.kind === 'name') {
    const wanted = dockerName(selector.name)
    const found = items.find(({ RepoTags }) =>
      (RepoTags ?? []).some((tag) => tag === selector.name || dockerName(tag) === wanted),
    )
    if (found !== undefined && wanted !== undefined) return found
    throw unknownImage(`no image ${JSON.stringify(selector.name)} in ${place}`, names)
  }
  if (selector.kind === 'any' && items.length > 1) {
    throw unknownImage(`${place} holds ${items.length} images`, names)
  }
  const index = selector.kind === 'index' ? selector.index : 0
  const found = items[index]
  if (found !== undefined) return found
  throw unknownImage(`no image @${index} in ${place}, which holds ${items.length}`, names)
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/**
 * A layer is a plain tar there, and so named by its diffID. Some tools write a compressed one: the
 * digest of that has to be taken from it.
 */
function describeLayer(files: ImageFiles, path: string, diffId: Digest): Descriptor {
  const size = files.sizeOf(path)
  if (size === undefined) throw missingFile(files.place, path)
  const mediaType = 'application/vnd.docker.image.rootfs.diff.tar'
  const start = files.read(path, GZIP_MAGIC.length).subarray(0, GZIP_MAGIC.length)
  if (!start.equals(GZIP_MAGIC)) return { mediaType, digest: diffId, size }
  const hash = createHash('sha256')
  for (const chunk of files.stream(path)) hash.update(chunk)
  return { mediaType: `${mediaType}.gzip`, digest: `sha256:${hash.digest('hex')}`, size }
}
