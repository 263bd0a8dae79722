// SPDX-License-Identifier: Apache-2.0
import { hasTransport } from '../images/transport/reference.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import { findImage, type StoredImage } from './store/images.ts'

/**
 * An image to start from: one of the store, by name or id, else one that a transport names, which
 * is stored then.
 *
 * @throws TsbuildError IMAGE_UNKNOWN, and as `pull` does
 */
export async function baseImage(context: Context, name: string): Promise<StoredImage> {
  try {
    return findImage(context, name)
  } catch (error) {
    const isUnknown = error instanceof TsbuildError && error.code === 'IMAGE_UNKNOWN'
    if (!isUnknown || !hasTransport(name)) throw error
  }
  const { pull } = await import('./pull.ts')
  const { id } = await pull(context, { source: name, progress: () => {} })
  return findImage(context, id)
}
