// SPDX-License-Identifier: Apache-2.0
import type { ManifestFormat } from '../../images/media-types.ts'
import type { ContainerOptions } from '../options/container-options.ts'

export interface BuildRequest {
  /** The directory that COPY and ADD take files from. */
  readonly contextDir: string
  /** The Containerfile; without it the one in the context. */
  readonly file: string | undefined
  /** The ignore file; without it the one beside the Containerfile, else in the context. */
  readonly ignoreFile: string | undefined
  /** Names of the image; one that has them loses them. */
  readonly tags: readonly string[]
  readonly buildArgs: Readonly<Record<string, string>>
  /** A stage's name or number; without: the last. */
  readonly target: string | undefined
  readonly format: ManifestFormat
  /** Whether each step makes a layer of the image; otherwise each stage makes one. */
  readonly layers: boolean
  /** Whether steps that were done before with the same inputs are taken from the cache. */
  readonly useCache: boolean
  /** Of RUN steps. */
  readonly options: ContainerOptions
  /** What RUN steps read on stdin. */
  readonly stdin: 'null' | 'inherit'
  /** Stages that are built at once, at most. */
  readonly jobs: number
  /** A file that gets the id. */
  readonly iidfile: string | undefined
}
