// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { AskedMount } from './asked-mount.ts'
import type { ContainerOptions } from './container-options.ts'
import { parseMount } from './mount.ts'
import { parseVolume } from './volume.ts'

export interface AskedMounts {
  readonly volumes: readonly AskedMount[]
  readonly mounts: readonly AskedMount[]
}

type Words = Pick<ContainerOptions, 'volume' | 'mount'>

/**
 * The mounts that options ask for. Of two with one destination the first counts: options of
 * several commands add up.
 *
 * @throws TsbuildError USAGE
 */
export const askedMounts = ({ volume = [], mount = [] }: Words): AskedMounts => ({
  volumes: volume.map(parseVolume),
  mounts: mount.map(parseMount),
})

/**
 * Reads the options of one command, in which no destination is named twice.
 *
 * @throws TsbuildError USAGE
 */
export function checkMounts(options: Words): void {
  const { volumes, mounts } = askedMounts(options)
  const all = [...volumes, ...mounts].map(({ destination }) => destination)
  const twice = all.find((destination, index) => all.indexOf(destination) !== index)
  if (twice === undefined) return
  throw new TsbuildError('USAGE', `two mounts for ${twice} in the container`, {
    hint: 'leave out one of them, or give it another destination',
  })
}
