// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../lib/canonical-json.ts'
import type { FileStep } from './types.ts'

/** Bumped whenever the same step may give other files than before. */
const version = 1

export interface KeyContext {
  /** The key of the step below; of the base the digest of its config, or `scratch`. */
  readonly parent: string
  /** Where the image shall run: `linux/amd64`. */
  readonly platform: string
  /**
   * Digests of what the step reads beside its parent: path, type, mode, owner, link target, bytes
   * and xattrs of the sources of COPY, in their order; never an mtime.
   */
  readonly content: readonly string[]
}

/**
 * All that decides which files a step gives, as text of which the digest is its cache key. Steps
 * that change nothing but the config have none.
 */
export const stepKeyText = (step: FileStep, context: KeyContext): string =>
  canonicalJson({ version, ...context, ...inputsOf(step) })

function inputsOf(step: FileStep): object {
  switch (step.kind) {
    case 'run': {
      const { kind, args, env, user, workingDir, network } = step
      return { kind, args, env: [...env].sort(), user, workingDir, network }
    }
    case 'copy': {
      const { kind, verb, sources, files, destination, chown = '', chmod = '' } = step
      return { kind, verb, sources, files, destination, chown, chmod }
    }
    case 'workdir': {
      const { kind, path, user } = step
      return { kind, path, user }
    }
  }
}
