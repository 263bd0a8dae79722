// SPDX-License-Identifier: Apache-2.0
import { toOciConfig } from '../images/convert.ts'
import type { ExecutionConfig, ImageConfig } from '../images/model.ts'
import { fullName } from '../images/transport/names.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { findContainer } from './store/containers.ts'
import { findImage, type StoredImage } from './store/images.ts'
import { readDocuments, readImageConfig } from './stored-image.ts'

export interface InspectRequest {
  readonly nameOrId: string
  /** Undefined: a container, else an image. */
  readonly type: 'container' | 'image' | undefined
}

/** What there is to know of a container or an image. The keys are those of `buildah inspect`. */
export interface Inspection {
  /** The image, or that which a container was made from; empty for a container from scratch. */
  readonly FromImage: string
  readonly FromImageID: string
  readonly FromImageDigest: string
  /** The documents of that image, as text. */
  readonly Config: string
  readonly Manifest: string
  /** Empty for an image. */
  readonly Container: string
  readonly ContainerID: string
  readonly ImageAnnotations: Readonly<Record<string, string>>
  readonly ImageCreatedBy: string
  /** The config as the OCI format has it, and as docker's: of a container, what it would be. */
  readonly OCIv1: object
  readonly Docker: object
}

/** @throws TsbuildError CONTAINER_UNKNOWN, IMAGE_UNKNOWN, BLOB_CORRUPT */
export function inspect(context: Pick<Context, 'paths'>, request: InspectRequest): Inspection {
  const { nameOrId, type } = request
  if (type === 'container') return ofContainer(context, findContainer(context, nameOrId))
  if (type === 'image') return ofImage(context, nameOrId)
  const container = orUndefined('CONTAINER_UNKNOWN', () => findContainer(context, nameOrId))
  if (container !== undefined) return ofContainer(context, container)
  const image = orUndefined('IMAGE_UNKNOWN', () => ofImage(context, nameOrId))
  if (image !== undefined) return image
  throw new TsbuildError('IMAGE_UNKNOWN', `no container and no image ${JSON.stringify(nameOrId)}`, {
    hint: '"tsbuild containers" and "tsbuild images" list what there is',
  })
}

function orUndefined<Result>(code: string, look: () => Result): Result | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof TsbuildError && error.code === code) return undefined
    throw error
  }
}

function ofImage(context: Pick<Context, 'paths'>, nameOrId: string): Inspection {
  const image = findImage(context, nameOrId)
  const asked = fullName(nameOrId)
  return {
    ...sourceOf(context, image, image.names.find((name) => name === asked) ?? image.names[0] ?? ''),
    Container: '',
    ContainerID: '',
    ImageCreatedBy: '',
    ...views(readImageConfig(context, image)),
  }
}

function ofContainer(context: Pick<Context, 'paths'>, record: ContainerRecord): Inspection {
  const { id, name, image, base, config, properties, created, createdBy } = record
  const stored =
    image === null ? undefined : orUndefined('IMAGE_UNKNOWN', () => findImage(context, image.id))
  const diffIds = base.map(({ diffId }) => diffId)
  return {
    ...(stored === undefined ? noSource : sourceOf(context, stored, image?.name ?? '')),
    Container: name,
    ContainerID: id,
    ImageCreatedBy: createdBy,
    ...views({ ...properties, created, config, rootfs: { type: 'layers', diff_ids: diffIds } }),
  }
}

const noSource = {
  FromImage: '',
  FromImageID: '',
  FromImageDigest: '',
  Config: '',
  Manifest: '',
  ImageAnnotations: {},
}

function sourceOf(context: Pick<Context, 'paths'>, image: StoredImage, name: string) {
  const { config, manifest, manifestBytes } = readDocuments(context, image)
  return {
    FromImage: name,
    FromImageID: image.id,
    FromImageDigest: image.record.manifest.digest,
    Config: config.toString(),
    Manifest: manifestBytes.toString(),
    ImageAnnotations: manifest.annotations ?? {},
  }
}

function views(config: ImageConfig): Pick<Inspection, 'OCIv1' | 'Docker'> {
  const oci: object = JSON.parse(toOciConfig(Buffer.from(JSON.stringify(config))).toString())
  return { OCIv1: oci, Docker: { ...config, config: { ...unset, ...config.config } } }
}

/** What docker writes for what is not set. */
const unset: { readonly [K in keyof ExecutionConfig]: ExecutionConfig[K] | null } & object = {
  ...{ Hostname: '', Domainname: '', User: '' },
  ...{ AttachStdin: false, AttachStdout: false, AttachStderr: false },
  ...{ Tty: false, OpenStdin: false, StdinOnce: false },
  ...{ Env: null, Cmd: null, Image: '', Volumes: null, WorkingDir: '', Entrypoint: null },
  ...{ OnBuild: null, Labels: null },
}
