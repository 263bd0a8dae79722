// SPDX-License-Identifier: Apache-2.0
/** Layouts in directories that somebody damaged, or made to do harm. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { digestHex, sha256 } from '../../../../images/digest.ts'
import { archive, type HostilePlace, itRefuses, layout } from './hostile.ts'
import {
  blobFiles,
  descriptor,
  dirFiles,
  type Files,
  json,
  ociFiles,
  sampleImage,
  tarFiles,
  writeFiles,
} from './sample-image.ts'

const image = sampleImage()
const good = ociFiles(image, undefined)
const manifestPath = `blobs/sha256/${digestHex(sha256(image.manifestBytes))}`
const entry = descriptor(image.manifest.mediaType, image.manifestBytes)
const index = (...manifests: object[]) => json({ schemaVersion: 2, manifests })
const without = (files: Files, name: string): Files =>
  Object.fromEntries(Object.entries(files).filter(([path]) => path !== name))
/** Indexes in indexes, each of which names the next. */
const chain = Array.from({ length: 5 }).reduce<Buffer[]>(
  (all) => [
    index(descriptor('application/vnd.oci.image.index.v1+json', all[0] ?? Buffer.alloc(0))),
    ...all,
  ],
  [index(entry)],
)

const rows: readonly HostilePlace[] = [
  {
    name: 'nothing at all',
    transport: 'oci',
    make: () => {},
    code: 'TRANSPORT_INVALID',
    message: /cannot read oci:/,
  },
  {
    name: 'a file for a directory',
    transport: 'oci',
    make: archive(Buffer.from('x')),
    code: 'TRANSPORT_INVALID',
    message: /cannot read oci:/,
  },
  {
    name: 'a directory for a file',
    transport: 'oci-archive',
    make: layout(good),
    code: 'TRANSPORT_INVALID',
    message: /no regular file/,
  },
  {
    name: 'a pipe for a file',
    transport: 'docker-archive',
    make: (path) => void execFileSync('mkfifo', [path]),
    code: 'TRANSPORT_INVALID',
    message: /no regular file/,
  },
  {
    name: 'no oci-layout',
    transport: 'oci',
    make: layout(without(good, 'oci-layout')),
    code: 'TRANSPORT_INVALID',
    message: /no oci-layout file/,
  },
  {
    name: 'no index',
    transport: 'oci',
    make: layout(without(good, 'index.json')),
    code: 'TRANSPORT_INVALID',
    message: /no index.json/,
  },
  {
    name: 'a newer layout',
    transport: 'oci',
    make: layout({ ...good, 'oci-layout': json({ imageLayoutVersion: '2.0' }) }),
    code: 'TRANSPORT_INVALID',
    message: /version "2.0"/,
  },
  {
    name: 'an image for an index',
    transport: 'oci',
    make: layout({ ...good, 'index.json': image.manifestBytes }),
    code: 'MANIFEST_INVALID',
    message: /it is no index/,
  },
  {
    name: 'a manifest that is not there',
    transport: 'oci',
    make: layout(without(good, manifestPath)),
    code: 'BLOB_CORRUPT',
    message: /is missing in oci:/,
  },
  {
    name: 'a manifest that was changed',
    transport: 'oci',
    make: layout({ ...good, [manifestPath]: Buffer.from(image.manifestBytes).fill('x') }),
    code: 'BLOB_CORRUPT',
    message: /its content is sha256:/,
  },
  {
    name: 'a manifest that is cut off',
    transport: 'oci-archive',
    make: archive(tarFiles({ ...good, [manifestPath]: image.manifestBytes.subarray(9) })),
    code: 'BLOB_CORRUPT',
    message: /of the [0-9]+ bytes announced/,
  },
  {
    name: 'a manifest that goes on',
    transport: 'oci',
    make: layout({ ...good, [manifestPath]: Buffer.concat([image.manifestBytes, image.layer]) }),
    code: 'BLOB_CORRUPT',
    message: /longer than the/,
  },
  {
    name: 'a manifest of 5 MiB',
    transport: 'oci',
    make: layout({ ...good, 'index.json': index({ ...entry, size: 5 * 1024 ** 2 }) }),
    code: 'BLOB_CORRUPT',
    message: /4194304 are allowed/,
  },
  {
    name: 'a digest that leads elsewhere',
    transport: 'oci',
    make: layout({ ...good, 'index.json': index({ ...entry, digest: 'sha256:../../x' }) }),
    code: 'MANIFEST_INVALID',
    message: /is no digest/,
  },
  {
    name: 'indexes without end',
    transport: 'oci',
    make: layout({ ...good, ...blobFiles(...chain), 'index.json': chain[0] ?? Buffer.alloc(0) }),
    code: 'MANIFEST_INVALID',
    message: /more than 4 indexes/,
  },
  {
    name: 'a blob that is a link',
    transport: 'oci',
    make(path) {
      writeFiles(path, without(good, manifestPath))
      writeFileSync(`${path}-elsewhere`, image.manifestBytes)
      symlinkSync(`${path}-elsewhere`, join(path, manifestPath))
    },
    code: 'TRANSPORT_INVALID',
    message: /is, or lies behind, a link/,
  },
  {
    name: 'a directory of blobs that is a link',
    transport: 'oci',
    make(path) {
      writeFiles(`${path}-whole`, good)
      writeFiles(path, {
        'oci-layout': json({ imageLayoutVersion: '1.0.0' }),
        'index.json': index(entry),
      })
      symlinkSync(`${path}-whole/blobs`, join(path, 'blobs'))
    },
    code: 'TRANSPORT_INVALID',
    message: /is, or lies behind, a link/,
  },
  {
    name: 'a pipe for a manifest',
    transport: 'dir',
    make(path) {
      mkdirSync(path)
      execFileSync('mkfifo', [join(path, 'manifest.json')])
    },
    code: 'TRANSPORT_INVALID',
    message: /manifest.json is no file/,
  },
  {
    name: 'no manifest',
    transport: 'dir',
    make: layout(without(dirFiles(image), 'manifest.json')),
    code: 'TRANSPORT_INVALID',
    message: /no manifest.json/,
  },
  {
    name: 'an index',
    transport: 'dir',
    make: layout({ ...dirFiles(image), 'manifest.json': index(entry) }),
    code: 'MANIFEST_INVALID',
    message: /lists several images/,
  },
]

describe('a hostile layout is refused', () => itRefuses(rows))
