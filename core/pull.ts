// SPDX-License-Identifier: Apache-2.0
import { digestHex } from '../images/digest.ts'
import { MAX_CONFIG_BYTES, parseImageConfig } from '../images/image-config.ts'
import type { ImageConfig } from '../images/model.ts'
import { hostPlatform, printPlatform, runsOn } from '../images/platform.ts'
import { parseTransport } from '../images/transport/reference.ts'
import { type ImageSource, withSource } from '../images/transport/source.ts'
import { readVerified } from '../images/transport/verified.ts'
import type { Context } from './context.ts'
import { pullLayers } from './pull-layers.ts'
import { reclaim } from './snapshot/reclaim.ts'
import { withContent } from './store/content-lock.ts'
import { explainDisk } from './store/disk-full.ts'
import { listImages } from './store/images.ts'
import { openStore } from './store/open-store.ts'
import { saveImage } from './store/save-image.ts'

export interface PullRequest {
  /** A transport and a place. */
  readonly source: string
  /** Told what is done next. */
  readonly progress: (step: string) => void
}

export interface PulledImage {
  readonly id: string
  /** Those that the place gives it. */
  readonly names: readonly string[]
}

/**
 * Stores an image from elsewhere. All of it is verified before any of it counts; whatever ends
 * this earlier, the store has no new image and no new name.
 *
 * @throws TsbuildError TRANSPORT_INVALID, IMAGE_UNKNOWN, MANIFEST_INVALID, BLOB_CORRUPT,
 *   ARCHIVE_INVALID, DISK_FULL
 */
export async function pull(context: Context, request: PullRequest): Promise<PulledImage> {
  const reference = parseTransport(request.source)
  try {
    openStore(context)
    reclaim(context)
    const scratch = context.paths.root
    return await withContent(context, () =>
      withSource(reference, { scratch }, (source) => pullImage(context, source, request)),
    )
  } catch (error) {
    throw explainDisk(context, error)
  }
}

async function pullImage(
  context: Context,
  source: ImageSource,
  { progress }: PullRequest,
): Promise<PulledImage> {
  const { manifest, mediaType, manifestBytes: bytes, names } = source
  progress(`config ${manifest.config.digest}`)
  const configBytes = readVerified(
    source.stream(manifest.config),
    manifest.config,
    MAX_CONFIG_BYTES,
  )
  const { config, diffIds } = parseImageConfig(configBytes, manifest.layers.length)
  warnOfPlatform(context, config)
  const known = listImages(context).find(({ id }) => id === digestHex(manifest.config.digest))
  const { layers, settle } =
    known === undefined
      ? await pullLayers(context, { source, diffIds, progress })
      : { layers: known.record.layers, settle: () => {} }
  let used: readonly string[] = []
  try {
    const { id, record } = saveImage(context, {
      layers,
      config: configBytes,
      manifest: { mediaType, bytes },
      created: creation(config),
      names,
    })
    used = record.layers.flatMap(({ snapshots }) => snapshots)
    return { id, names }
  } finally {
    settle(used)
  }
}

function warnOfPlatform({ warn }: Context, { os, architecture }: ImageConfig): void {
  const host = hostPlatform()
  if (runsOn({ os, architecture }, host)) return
  warn(`the image is for ${os}/${architecture}, this machine is ${printPlatform(host)}`)
}

/** Images that are to be the same whenever they are made leave it out, or say 1970. */
function creation({ created = '' }: ImageConfig): string {
  return Number.isNaN(Date.parse(created)) ? '1970-01-01T00:00:00Z' : created
}
