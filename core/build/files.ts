// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../images/digest.ts'
import { sha256 } from '../../images/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { LayerContent } from '../snapshot/layer.ts'
import type { Driver } from '../store/container-record.ts'
import type { ImageLayer } from '../store/image-record.ts'

/** A layer of a stage: one of an image, or what a step made and nobody has digested yet. */
export type StageLayer = ImageLayer | LayerContent

/** The files of a stage at some step. */
export interface StageFiles {
  readonly driver: Driver
  /** The lowest first. */
  readonly layers: readonly StageLayer[]
  /** Names this content: the same key, the same files. */
  readonly key: Digest
}

/** What a stage starts with: the layers of an image, none for `scratch`. */
export function filesOfImage(driver: Driver, layers: readonly ImageLayer[]): StageFiles {
  const key = sha256(canonicalJson({ layers: layers.map(({ diffId }) => diffId) }))
  return { driver, layers, key }
}

/** All snapshots, the lowest first. */
export const snapshotsOf = ({ layers }: Pick<StageFiles, 'layers'>): string[] =>
  layers.flatMap(({ snapshots }) => snapshots)

/** The same files with a layer more. */
export const withLayer = (files: StageFiles, snapshot: string, key: Digest): StageFiles => ({
  ...files,
  layers: [...files.layers, { snapshots: [snapshot] }],
  key,
})
