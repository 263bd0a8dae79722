// SPDX-License-Identifier: Apache-2.0
import { ImageConfig } from '../images/model.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import { Value } from './lib/schema.ts'
import { readBlob } from './store/blobs.ts'
import type { StoredImage } from './store/images.ts'

/** OCI's registries take 4 MiB for a manifest; a config is one blob of an image among many. */
const CONFIG_BYTES_MAX = 8 * 1024 * 1024

/**
 * The config of a stored image. Fields that are null count as left out: Go writes them so.
 *
 * @throws TsbuildError BLOB_CORRUPT
 */
export function readImageConfig(
  context: Pick<Context, 'paths'>,
  { id, names }: Pick<StoredImage, 'id' | 'names'>,
): ImageConfig {
  const bytes = readBlob(context, `sha256:${id}`, CONFIG_BYTES_MAX)
  const config: unknown = JSON.parse(bytes.toString(), (_key, value) => value ?? undefined)
  if (Value.Check(ImageConfig, config)) return config
  const first = Value.Errors(ImageConfig, config).First()
  const message = `the config of image ${names[0] ?? id.slice(0, 12)} is wrong at ${first?.path}`
  throw new TsbuildError('BLOB_CORRUPT', message, {
    cause: first?.message,
    hint: 'remove the image (tsbuild rmi) and pull or build it again',
  })
}
