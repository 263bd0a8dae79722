// SPDX-License-Identifier: Apache-2.0
import { expandWord } from '../containerfile/expand.ts'
import type { CopyInstruction } from '../containerfile/instructions.ts'
import type { CutStage } from './cut-stages.ts'
import { findStage } from './stage-names.ts'
import { declareArgs, expansionOf, failAt, type Surroundings } from './state.ts'
import type { CopySource } from './types.ts'

/**
 * Where each COPY of a stage takes its files from. Known before anything is built, so `--from` sees
 * ARG, and not the ENV of a base image.
 *
 * @param index of the stage among `stages`
 */
export function findCopySources(
  index: number,
  stages: readonly CutStage[],
  around: Surroundings,
): ReadonlyMap<CopyInstruction, CopySource> {
  const sources = new Map<CopyInstruction, CopySource>()
  const env = new Map<string, string>()
  let args: ReadonlyMap<string, string | undefined> = new Map()
  for (const instruction of stages[index]?.instructions ?? []) {
    if (instruction.kind === 'arg') args = declareArgs({ env, args }, around, instruction)
    if (instruction.kind !== 'copy') continue
    const { from } = instruction
    const expansion = expansionOf({ env, args }, around, instruction)
    const name = from === undefined ? undefined : expandWord(from, expansion)
    sources.set(instruction, sourceNamed(name, { index, stages, instruction, around }))
  }
  return sources
}

function sourceNamed(
  name: string | undefined,
  where: {
    readonly index: number
    readonly stages: readonly CutStage[]
    readonly instruction: CopyInstruction
    readonly around: Surroundings
  },
): CopySource {
  if (name === undefined) return { kind: 'context' }
  const fail = failAt(where.around, where.instruction)
  if (name === '') throw fail(`--from=${where.instruction.from} expands to nothing`)
  const earlier = findStage(where.stages.slice(0, where.index), name)
  if (earlier !== undefined) return { kind: 'stage', index: earlier }
  const later = findStage(where.stages, name)
  if (later === undefined && !/^\d+$/.test(name)) return { kind: 'image', name }
  const what = later === undefined ? 'no stage' : 'a stage that comes later'
  throw fail(
    `--from=${name} is ${later === where.index ? 'this stage itself' : what}`,
    'files come from stages further up, or from images',
  )
}
