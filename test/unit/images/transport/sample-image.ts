// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { digestHex, sha256 } from '../../../../images/digest.ts'
import { makeTar } from '../tar/make-tar.ts'

/** An image of one layer with one file, in all its documents. */
export function sampleImage(text = 'hello') {
  const tar = makeTar({ name: 'hello', body: text })
  const layer = gzipSync(tar)
  const config = json({
    architecture: process.arch === 'x64' ? 'amd64' : 'arm64',
    os: 'linux',
    config: { Env: ['A=1'], Labels: null },
    rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    history: [{ created_by: 'a test' }],
  })
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  }
  return { tar, layer, config, manifest, manifestBytes: json(manifest) }
}

export type SampleImage = ReturnType<typeof sampleImage>

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

export const descriptor = (mediaType: string, bytes: Buffer) => ({
  mediaType,
  digest: sha256(bytes),
  size: bytes.length,
})

/** Files by their paths. */
export type Files = Readonly<Record<string, Buffer>>

/** An OCI layout with the image under these names; `undefined` is no name. */
export function ociFiles(image: SampleImage, ...names: readonly (string | undefined)[]): Files {
  const entry = descriptor(image.manifest.mediaType, image.manifestBytes)
  const manifests = names.map((name) =>
    name === undefined
      ? entry
      : { ...entry, annotations: { 'org.opencontainers.image.ref.name': name } },
  )
  return {
    'oci-layout': json({ imageLayoutVersion: '1.0.0' }),
    'index.json': json({ schemaVersion: 2, manifests }),
    ...blobFiles(image.layer, image.config, image.manifestBytes),
  }
}

export const blobFiles = (...blobs: readonly Buffer[]): Files =>
  Object.fromEntries(blobs.map((bytes) => [`blobs/sha256/${digestHex(sha256(bytes))}`, bytes]))

/** The same as `docker save` writes it. */
export function dockerFiles(image: SampleImage, names: readonly string[] | null): Files {
  return {
    'config.json': image.config,
    'layer.tar': image.tar,
    'manifest.json': json([{ Config: 'config.json', RepoTags: names, Layers: ['layer.tar'] }]),
  }
}

/** The same as a directory of containers/image. */
export function dirFiles(image: SampleImage): Files {
  return {
    version: Buffer.from('Directory Transport Version: 1.1\n'),
    'manifest.json': image.manifestBytes,
    [digestHex(sha256(image.config))]: image.config,
    [digestHex(sha256(image.layer))]: image.layer,
  }
}

/** @returns `folder` */
export function writeFiles(folder: string, files: Files): string {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return folder
}

export const tarFiles = (files: Files): Buffer =>
  makeTar(...Object.entries(files).map(([name, body]) => ({ name, body })))
