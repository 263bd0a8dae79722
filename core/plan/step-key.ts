// SPDX-License-Identifier: Apache-2.0
import { type Digest, sha256 } from '../../images/digest.ts'
import type { Platform } from '../../images/manifest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import type { FileStep, RunStep } from './types.ts'

/** What a step reads beside its own words and the files below it. */
export interface StepReads {
  /**
   * Digests of the sources of COPY, in their order: their names where they count, and all that is
   * copied; never a time.
   */
  readonly content: readonly string[]
  /** Those of the build. */
  readonly options: ContainerOptions
  /** Of the machine's containers.conf. */
  readonly defaults: EngineDefaults
}

/** All that decides which files a step gives, beside where it is done. Never a time. */
export function stepInputs(step: FileStep, { content, options, defaults }: StepReads): object {
  switch (step.kind) {
    case 'run': {
      const { kind, args, env, user, workingDir, config } = step
      const { Volumes: volumes = {} } = config
      const own = stepOptions(step, options)
      const inputs = { kind, args, env: [...env].sort(), user, workingDir, options: own, volumes }
      return Object.keys(defaults).length === 0 ? inputs : { ...inputs, defaults }
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

/** The options of a step: those of the build, with its own word on the network. */
export const stepOptions = ({ network }: RunStep, ofBuild: ContainerOptions): ContainerOptions =>
  network === 'default' ? ofBuild : { ...ofBuild, network: [network] }

/** Bumped whenever the same inputs may give other files than before. */
const VERSION = 2

/** Where a step is done. */
export interface StepPlace {
  /** The key of the files below. */
  readonly parent: Digest
  readonly platform: Platform
}

/** The name of what a step makes: the same key, the same files. */
export const stepKey = (inputs: StepPlace & object): Digest =>
  sha256(canonicalJson({ version: VERSION, ...inputs }))
