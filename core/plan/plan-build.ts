// SPDX-License-Identifier: Apache-2.0
import { expandWord } from '../containerfile/expand.ts'
import type {
  ArgInstruction,
  Containerfile,
  FromInstruction,
  Instruction,
} from '../containerfile/instructions.ts'
import { sourceError } from '../containerfile/source.ts'
import { findCopySources } from './copy-source.ts'
import { type CutStage, cutStages } from './cut-stages.ts'
import { isProxy, platformArgs } from './predefined.ts'
import { findStage, findTarget } from './stage-names.ts'
import { declareArgs, expansionOf, type Surroundings } from './state.ts'
import type { BuildPlan, PlanRequest, Stage, StageBase } from './types.ts'

/**
 * The stages of a file up to the target, what each starts from, and which of them are needed.
 *
 * @throws TsbuildError CONTAINERFILE_INVALID with an excerpt; USAGE for an unknown target
 */
export function planBuild(file: Containerfile, request: PlanRequest): BuildPlan {
  const firstFrom = file.instructions.findIndex(({ kind }) => kind === 'from')
  const heading = file.instructions.slice(0, Math.max(firstFrom, 0))
  if (firstFrom < 0) throw withoutFrom(file)
  const around = { file, request, globalArgs: readGlobalArgs(heading, { file, request }) }
  const cut = cutStages(file.instructions.slice(firstFrom))
  const target = findTarget(file, cut, request.target)
  const stages = Array.from({ length: target + 1 }, (_, index) =>
    planned(index, cut, around),
  ).flat()
  return {
    ...around,
    stages,
    target,
    needed: neededFor(target, stages),
    unconsumedArgs: unconsumed(file, request),
  }
}

function withoutFrom({ name, lines, instructions }: Containerfile): Error {
  const range = instructions[0]?.range ?? { startLine: 1, endLine: 1 }
  const message = instructions.length === 0 ? 'there are no instructions' : 'there is no FROM'
  return sourceError({ name, lines }, range, message, {
    hint: 'begin with FROM and an image, or FROM scratch',
  })
}

function readGlobalArgs(
  heading: readonly Instruction[],
  { file, request }: Pick<Surroundings, 'file' | 'request'>,
): ReadonlyMap<string, string | undefined> {
  const around = { file, request, globalArgs: new Map<string, string>() }
  let args: ReadonlyMap<string, string | undefined> = platformArgs(request)
  for (const instruction of heading) {
    if (instruction.kind !== 'arg') {
      throw sourceError(file, instruction.range, 'only ARG may stand before the first FROM', {
        hint: 'begin with FROM and an image, or FROM scratch',
      })
    }
    args = declareArgs({ env: new Map(), args }, around, instruction)
  }
  return args
}

function planned(index: number, stages: readonly CutStage[], around: Surroundings): Stage[] {
  const stage = stages[index]
  if (stage === undefined) return []
  const base = baseOf(stage.from, stages.slice(0, index), around)
  const copySources = findCopySources(index, stages, around)
  const sources = [base, ...copySources.values()]
  const needed = sources.flatMap((source) => (source.kind === 'stage' ? [source.index] : []))
  return [{ ...stage, index, base, copySources, dependsOn: [...new Set(needed)] }]
}

function baseOf(
  from: FromInstruction,
  earlier: readonly CutStage[],
  around: Surroundings,
): StageBase {
  const expansion = expansionOf({ env: new Map(), args: around.globalArgs }, around, from)
  const name = expandWord(from.image, expansion)
  if (name === '') {
    throw expansion.fail(
      `"${from.image}" expands to nothing`,
      'FROM sees the ARGs before the first FROM only: give them a default or a --build-arg',
    )
  }
  if (name === 'scratch') return { kind: 'scratch' }
  const index = findStage(earlier, name)
  if (index !== undefined) return { kind: 'stage', index }
  const platform = from.platform === undefined ? '' : expandWord(from.platform, expansion)
  return { kind: 'image', name, ...(platform === '' ? {} : { platform }) }
}

/** A stage needs only earlier ones: going down from the target finds each before its own needs. */
function neededFor(target: number, stages: readonly Stage[]): number[] {
  const needed = new Set([target])
  for (let index = target; index >= 0; index--) {
    if (!needed.has(index)) continue
    for (const dependency of stages[index]?.dependsOn ?? []) needed.add(dependency)
  }
  return [...needed].sort((a, b) => a - b)
}

function unconsumed({ instructions }: Containerfile, request: PlanRequest): string[] {
  const isArg = (instruction: Instruction): instruction is ArgInstruction =>
    instruction.kind === 'arg'
  const declared = new Set(
    instructions.filter(isArg).flatMap(({ args }) => args.map(({ name }) => name)),
  )
  const predefined = platformArgs(request)
  return Object.keys(request.buildArgs).filter(
    (name) => !declared.has(name) && !isProxy(name) && !predefined.has(name),
  )
}
