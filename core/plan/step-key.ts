// SPDX-License-Identifier: Apache-2.0
import { type Digest, sha256 } from '../../images/digest.ts'
import type { Platform } from '../../images/manifest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { NetworkMode } from '../spec/network-mode.ts'
import type { FileStep, RunStep } from './types.ts'

/** What a step reads beside its own words and the files below it. */
export interface StepReads {
  /**
   * Digests of the sources of COPY, in their order: their names where they count, and all that is
   * copied; never a time.
   */
  readonly content: readonly string[]
  /** That of the build. */
  readonly network: NetworkMode
}

/** All that decides which files a step gives, beside where it is done. Never a time. */
export function stepInputs(step: FileStep, { content, network }: StepReads): object {
  switch (step.kind) {
    case 'run': {
      const { kind, args, env, user, workingDir, config } = step
      const { Volumes: volumes = {} } = config
      const own = networkOf(step, network)
      return { kind, args, env: [...env].sort(), user, workingDir, network: own, volumes }
    }
    case 'copy': {
      const { kind, verb, destination, chown = '', chmod = '' } = step
      return { kind, verb, content, destination, chown, chmod }
    }
    case 'workdir': {
      const { kind, path, user } = step
      return { kind, path, user }
    }
  }
}

/** The network of a step: its own word, else that of the build. */
export const networkOf = ({ network }: RunStep, ofBuild: NetworkMode): NetworkMode =>
  network === 'default' ? ofBuild : network

/** Bumped whenever the same inputs may give other files than before. */
const VERSION = 1

/** Where a step is done. */
export interface StepPlace {
  /** The key of the files below. */
  readonly parent: Digest
  readonly platform: Platform
}

/** The name of what a step makes: the same key, the same files. */
export const stepKey = (inputs: StepPlace & object): Digest =>
  sha256(canonicalJson({ version: VERSION, ...inputs }))
