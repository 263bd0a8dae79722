// SPDX-License-Identifier: Apache-2.0
import type { Environment } from '../core/lib/config.ts'
import { usageError } from './usage.ts'

/**
 * What `--build-arg` gives, by name. A name alone takes the value it has here, and is left out
 * where it has none.
 *
 * @throws TsbuildError USAGE for one without a name
 */
export function buildArgs(
  given: readonly string[],
  env: Environment,
): Readonly<Record<string, string>> {
  const pairs = given.map((text) => {
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    if (name === '')
      throw usageError('build', `option "--build-arg" of "build" has no name in "${text}"`)
    return [name, equals < 0 ? env[name] : text.slice(equals + 1)] as const
  })
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/**
 * How many stages `--jobs` lets build at once; 0 is no limit, as in buildah.
 *
 * @throws TsbuildError USAGE
 */
export function stageLimit(jobs: number): number {
  if (Number.isInteger(jobs) && jobs >= 0) return jobs === 0 ? Number.POSITIVE_INFINITY : jobs
  throw usageError('build', `option "--jobs" of "build" must be a whole number, not "${jobs}"`)
}
