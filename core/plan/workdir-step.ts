// SPDX-License-Identifier: Apache-2.0
import { expandWord } from '../containerfile/expand.ts'
import type { WorkdirInstruction } from '../containerfile/instructions.ts'
import { createdWithoutRun } from './created-by.ts'
import { absolutePath } from './paths.ts'
import { expansionOf, type State, type Surroundings } from './state.ts'
import type { WorkdirStep } from './types.ts'

export function workdirStep(
  instruction: WorkdirInstruction,
  state: State,
  around: Surroundings,
): WorkdirStep {
  const { config, author } = state
  const expansion = expansionOf(state, around, instruction)
  const written = expandWord(instruction.path, expansion)
  if (written === '') throw expansion.fail('WORKDIR expands to nothing')
  const path = absolutePath(config.WorkingDir, written)
  return {
    kind: 'workdir',
    instruction,
    createdBy: createdWithoutRun(instruction),
    config: { ...config, WorkingDir: path },
    author,
    path,
    user: config.User ?? '',
  }
}
