// SPDX-License-Identifier: Apache-2.0
import { closest } from '../lib/closest.ts'
import { TsbuildError } from '../lib/errors.ts'

interface Named {
  readonly name?: string
}

/** The index of the stage of that name, the last where there are several, or of that number. */
export function findStage(stages: readonly Named[], reference: string): number | undefined {
  const name = reference.toLowerCase()
  const named = stages.findLastIndex((stage) => stage.name === name)
  if (named >= 0) return named
  return /^\d{1,6}$/.test(reference) && Number(reference) < stages.length
    ? Number(reference)
    : undefined
}

/**
 * The index of the stage that is asked for; without a name the last.
 *
 * @throws TsbuildError USAGE
 */
export function findTarget(
  file: { readonly name: string },
  stages: readonly Named[],
  target: string | undefined,
): number {
  if (target === undefined) return stages.length - 1
  const found = findStage(stages, target)
  if (found !== undefined) return found
  const names = stages.flatMap(({ name }) => name ?? [])
  const near = closest(target, names)
  const all =
    names.length === 0
      ? `its stages have no names: use a number up to ${stages.length - 1}`
      : `its stages are ${names.join(', ')}`
  throw new TsbuildError('USAGE', `there is no stage "${target}" in ${file.name}`, {
    hint: near === undefined ? all : `did you mean "${near}"?`,
  })
}
