// SPDX-License-Identifier: Apache-2.0
import { expandText, expandWord } from '../containerfile/expand.ts'
import type { CopyInstruction } from '../containerfile/instructions.ts'
import { createdWithoutRun } from './created-by.ts'
import { absoluteDestination, absolutePath } from './paths.ts'
import { expansionOf, failAt, type State, type Surroundings } from './state.ts'
import type { CopySource, CopyStep, Stage } from './types.ts'

export function copyStep(
  instruction: CopyInstruction,
  { stage, state, around }: { stage: Stage; state: State; around: Surroundings },
): CopyStep {
  const { config, author } = state
  const { verb, chown, chmod, heredocs } = instruction
  const expansion = expansionOf(state, around, instruction)
  const sources = instruction.sources.map((word) => expandWord(word, expansion))
  const destination = expandWord(instruction.destination, expansion)
  if (destination === '') throw expansion.fail(`the destination of ${verb} expands to nothing`)
  if (sources.includes('')) throw expansion.fail(`a source of ${verb} expands to nothing`)
  return {
    kind: 'copy',
    instruction,
    createdBy: createdWithoutRun(instruction),
    config,
    author,
    verb,
    from: sourceOf(instruction, stage, around),
    sources,
    files: heredocs.map(({ name, content, expand }) => ({
      name,
      content: expand ? expandText(content, expansion) : content,
    })),
    destination: absoluteDestination(
      config.WorkingDir,
      instruction.parents ? `${destination}/` : destination,
    ),
    workingDir: absolutePath(config.WorkingDir, ''),
    parents: instruction.parents ?? false,
    exclude: (instruction.exclude ?? []).map((word) => expandWord(word, expansion)),
    ...(chown === undefined ? {} : { chown: expandWord(chown, expansion) }),
    ...(chmod === undefined ? {} : { chmod: expandWord(chmod, expansion) }),
  }
}

/** A trigger of a base is not in the plan: it can copy from the context only. */
function sourceOf(instruction: CopyInstruction, stage: Stage, around: Surroundings): CopySource {
  const planned = stage.copySources.get(instruction)
  if (planned !== undefined) return planned
  if (instruction.from === undefined) return { kind: 'context' }
  throw failAt(around, instruction)(
    `"${instruction.text}", a trigger of the base image, copies from elsewhere: not supported yet`,
    'build that image without ONBUILD, and write the line here',
  )
}
