// SPDX-License-Identifier: Apache-2.0
import type { Context } from './context.ts'
import { imageName } from './image-name.ts'
import { findImage, readNames, writeNames } from './store/images.ts'
import { withStoreLock } from './store/lock-store.ts'

export interface TagRequest {
  /** A name or an id. */
  readonly image: string
  /** More names for it; an image that has one of them loses it. */
  readonly names: readonly string[]
}

/** @throws TsbuildError IMAGE_UNKNOWN, REFERENCE_INVALID */
export function tag(context: Context, { image, names }: TagRequest): void {
  const wanted = names.map(imageName)
  const known = findImage(context, image) // before the lock, which needs a store
  withStoreLock(context, () => {
    const { id } = findImage(context, known.id)
    const added = Object.fromEntries(wanted.map((name) => [name, id]))
    writeNames(context, { ...readNames(context), ...added })
  })
}
