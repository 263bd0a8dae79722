// SPDX-License-Identifier: Apache-2.0
import type { ContainerSummary } from '../core/containers.ts'
import { shortId } from './human.ts'
import type { ListOptions } from './image-list.ts'
import { json } from './json.ts'
import { table } from './table.ts'

/** The lines `containers` prints; the fields of the JSON have the names buildah gives them. */
export function containerList(
  containers: readonly ContainerSummary[],
  options: ListOptions,
): string[] {
  if (options.json) return [json(containers.map(record))]
  if (options.quiet) return containers.map(({ id }) => id)
  return table({
    columns: [
      { heading: 'CONTAINER ID', cell: ({ id }) => shortId(id) },
      { heading: 'IMAGE ID', cell: ({ image }) => shortId(image?.id ?? '') },
      { heading: 'IMAGE NAME', cell: ({ image }) => image?.name ?? 'scratch' },
      { heading: 'CONTAINER NAME', cell: ({ name }) => name },
    ],
    rows: containers,
    heading: !options.noheading,
  })
}

const record = ({ id, name, image }: ContainerSummary) => ({
  id,
  builder: true,
  imageid: image?.id ?? '',
  imagename: image?.name ?? 'scratch',
  containername: name,
})
