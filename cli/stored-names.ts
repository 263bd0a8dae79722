// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../core/context.ts'
import type { StoredNames } from './complete.ts'

/** The names in the store of `context`. */
export const storedNames =
  (context: () => Context): StoredNames =>
  async (kind) => {
    if (kind === 'container') {
      const { containers } = await import('../core/containers.ts')
      return containers(context()).map(({ name }) => name)
    }
    const { images } = await import('../core/images.ts')
    return images(context()).flatMap(({ names }) => names)
  }
