// SPDX-License-Identifier: Apache-2.0
import type { Context } from './context.ts'
import { listContainers } from './store/containers.ts'

export interface ContainerSummary {
  readonly id: string
  readonly name: string
  /** What it was made from; null for an empty one. */
  readonly image: { readonly id: string; readonly name: string } | null
  /** RFC 3339. */
  readonly created: string
}

/** The working containers, the oldest first. Takes no lock and needs no namespace. */
export function containers(context: Pick<Context, 'paths'>): ContainerSummary[] {
  return listContainers(context).map(({ id, name, image, created }) => ({
    id,
    name,
    image,
    created,
  }))
}
