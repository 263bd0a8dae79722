// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/**
 * What network a container sees: an own namespace with nothing but its loopback, the caller's, or
 * an own one that slirp4netns connects.
 */
export type NetworkMode = 'none' | 'host' | 'slirp4netns'

const modes: readonly NetworkMode[] = ['none', 'host', 'slirp4netns']

/** @throws TsbuildError USAGE for a network there is not */
export function networkMode(all: readonly string[]): NetworkMode {
  const asked = all.at(-1) ?? 'slirp4netns'
  const mode = modes.find((known) => known === asked)
  if (mode !== undefined) return mode
  throw new TsbuildError('USAGE', `there is no network ${JSON.stringify(asked)}`, {
    hint: `it is one of ${modes.join(', ')}`,
  })
}
