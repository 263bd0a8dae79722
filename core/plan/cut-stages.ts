// SPDX-License-Identifier: Apache-2.0
import type {
  FromInstruction,
  Instruction,
  StageInstruction,
} from '../containerfile/instructions.ts'

/** A stage as written. */
export interface CutStage {
  readonly from: FromInstruction
  readonly name?: string
  /** Those behind FROM. */
  readonly instructions: readonly StageInstruction[]
}

/** @param instructions from the first FROM on */
export function cutStages(instructions: readonly Instruction[]): CutStage[] {
  const stages: { from: FromInstruction; name?: string; instructions: StageInstruction[] }[] = []
  for (const instruction of instructions) {
    if (instruction.kind === 'from') {
      const name = instruction.as === undefined ? {} : { name: instruction.as }
      stages.push({ from: instruction, ...name, instructions: [] })
    } else stages.at(-1)?.instructions.push(instruction)
  }
  return stages
}
