// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { resolve } from 'node:path'
import { digestHex } from '../digest.ts'
import type { Blob, DestinationRequest, ImageDestination, WrittenImage } from './destination.ts'
import { invalidPlace } from './failure.ts'
import { dockerName } from './names.ts'
import { emptyIndex, LAYOUT_FILE, withImage } from './oci-index.ts'
import { blobName } from './read-oci-layout.ts'
import { createTarWriter, type TarWriter } from './tar-writer.ts'

/** An OCI layout in a tar archive. One that is there is replaced. */
export const ociArchiveDestination = (request: DestinationRequest): ImageDestination =>
  openArchive(request, {
    nameOf: ({ digest }) => blobName(digest),
    async finish(tar, image) {
      const { selector } = request
      const name = selector.kind === 'name' ? selector.name : undefined
      await tar.blob([image.manifestBytes], ({ digest }) => blobName(digest))
      tar.file('oci-layout', Buffer.from(LAYOUT_FILE))
      tar.file('index.json', json(withImage(emptyIndex(), image, name)))
    },
  })

/**
 * What `docker load` reads: layers as plain tars, the config, and manifest.json with the names.
 * The reference's name is the first, those of the image follow.
 *
 * @see docker image spec, v1.2, "Combined Image JSON + Filesystem Changeset Format"
 */
export function dockerArchiveDestination(request: DestinationRequest): ImageDestination {
  const { path, place, selector } = request
  const given = selector.kind === 'name' ? dockerName(selector.name) : undefined
  if (selector.kind === 'name' && given === undefined) {
    throw invalidPlace(place, `"${selector.name}" is no name for an image`)
  }
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw invalidPlace(place, 'there is such a file', 'remove it, or choose another name')
  }
  return openArchive(request, {
    nameOf: dockerFile,
    async finish(tar, image) {
      const names = [...new Set([...(given === undefined ? [] : [given]), ...image.names])]
      for (const [name, content] of dockerIndex(image, names)) tar.file(name, json(content))
    },
  })
}

const dockerFile = ({ digest }: Pick<Blob, 'digest'>, kind: 'layer' | 'config'): string =>
  `${digestHex(digest)}.${kind === 'layer' ? 'tar' : 'json'}`

function dockerIndex({ manifest }: WrittenImage, names: readonly string[]): [string, unknown][] {
  const layers = manifest.layers.map((layer) => dockerFile(layer, 'layer'))
  const top = manifest.layers.at(-1)?.digest ?? manifest.config.digest
  const repositories: Record<string, Record<string, string>> = {}
  for (const name of names) {
    const colon = name.lastIndexOf(':')
    const repository = name.slice(0, colon)
    const tags = repositories[repository] ?? {}
    repositories[repository] = { ...tags, [name.slice(colon + 1)]: digestHex(top) }
  }
  const item = { Config: dockerFile(manifest.config, 'config'), RepoTags: names, Layers: layers }
  return [
    ['manifest.json', [item]],
    ...(names.length === 0 ? [] : [['repositories', repositories] satisfies [string, unknown]]),
  ]
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

interface ArchiveForm {
  readonly nameOf: (blob: Blob, kind: 'layer' | 'config') => string
  readonly finish: (tar: TarWriter, image: WrittenImage) => Promise<void>
}

/** Written beside its place and renamed. */
function openArchive(request: DestinationRequest, form: ArchiveForm): ImageDestination {
  const target = plainTarget(request)
  const temporary = `${target}.tsbuild-${request.suffix}`
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644)
  const tar = createTarWriter(fd)
  return {
    has: () => false,
    put: (content, kind) => tar.blob(content, (blob) => form.nameOf(blob, kind)),
    async commit(image) {
      await form.finish(tar, image)
      tar.end()
      fsyncSync(fd)
      renameSync(temporary, target)
    },
    close() {
      closeSync(fd)
      rmSync(temporary, { force: true })
    },
  }
}

/** A device or a pipe must not be replaced by a file. */
function plainTarget({ path, place }: DestinationRequest): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return resolve(path)
  if (stats.isFile()) return realpathSync(path)
  throw invalidPlace(place, 'it is no regular file', 'name a file that is not there yet')
}
