// SPDX-License-Identifier: Apache-2.0
import type { ImageSummary } from '../core/images.ts'
import { ago, humanSize, shortId } from './human.ts'
import { json } from './json.ts'
import { table } from './table.ts'

export interface ListOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly noheading: boolean
}

interface ImageListOptions {
  readonly digests: boolean
  readonly noTrunc: boolean
  readonly now: Date
}

/**
 * The lines `images` prints: an image under each of its names, or one without names once.
 *
 * The fields of the JSON have the names buildah gives them.
 */
export function imageList(
  images: readonly ImageSummary[],
  options: ListOptions & ImageListOptions,
): string[] {
  const id = options.noTrunc ? (text: string) => `sha256:${text}` : shortId
  if (options.json) return [json(images.map((image) => record(image, options.now)))]
  if (options.quiet) return images.map((image) => id(image.id))
  const rows = images.flatMap((image) =>
    (image.names.length === 0 ? ['<none>:<none>'] : image.names).map((name) => ({ image, name })),
  )
  return table({
    columns: [
      { heading: 'REPOSITORY', cell: ({ name }) => name.slice(0, tagAt(name)) },
      { heading: 'TAG', cell: ({ name }) => name.slice(tagAt(name) + 1) },
      ...(options.digests ? [digestColumn] : []),
      { heading: 'IMAGE ID', cell: ({ image }) => id(image.id) },
      { heading: 'CREATED', cell: ({ image }) => ago(new Date(image.created), options.now) },
      { heading: 'SIZE', cell: ({ image }) => humanSize(image.sizeBytes) },
    ],
    rows,
    heading: !options.noheading,
  })
}

const digestColumn = {
  heading: 'DIGEST',
  cell: ({ image }: { readonly image: ImageSummary }) => image.digest,
}

const tagAt = (name: string): number => name.lastIndexOf(':')

const record = ({ id, names, digest, created, sizeBytes }: ImageSummary, now: Date) => ({
  id,
  names,
  digest,
  createdat: ago(new Date(created), now),
  created: Math.floor(Date.parse(created) / 1000),
  size: humanSize(sizeBytes),
  sizeraw: sizeBytes,
  createdatraw: created,
})
