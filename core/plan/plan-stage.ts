// SPDX-License-Identifier: Apache-2.0
import type { StageInstruction } from '../containerfile/instructions.ts'
import { changeState } from './config-change.ts'
import { copyStep } from './copy-step.ts'
import { createdWithoutRun } from './created-by.ts'
import { takeTriggers } from './onbuild.ts'
import { runStep } from './run-step.ts'
import { readEnv, type State, type Surroundings } from './state.ts'
import type { BuildPlan, PlannedStage, Stage, StageState, Step } from './types.ts'
import { workdirStep } from './workdir-step.ts'

/** What docker and buildah give an image that has no PATH of its own. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The steps of a stage, every word expanded: what ENV of the base says counts, so this is known
 * only when the base is.
 *
 * Triggers that the base left by ONBUILD come first, at the place of FROM.
 *
 * @param base `end` of the stage it is from; else no args, and the config of the image, or `{}` for
 *   scratch. A config from elsewhere must have been checked against its schema.
 * @throws TsbuildError CONTAINERFILE_INVALID with an excerpt
 */
export function planStage(plan: BuildPlan, stage: Stage, base: StageState): PlannedStage {
  const { triggers, config } = takeTriggers(plan.file, stage, base.config)
  const steps: Step[] = []
  let state = begin({ ...base, config })
  for (const instruction of [...triggers, ...stage.instructions]) {
    const step = stepOf(instruction, { stage, state, around: plan })
    state = step.state
    steps.push(step.step)
  }
  const { author, args } = state
  return { steps, end: { config: state.config, author, args } }
}

function begin(base: StageState): State {
  const env = readEnv(base.config.Env ?? [])
  if (env.has('PATH')) return { ...base, env, cmdSet: false }
  const Env = [...(base.config.Env ?? []), `PATH=${defaultPath}`]
  return { ...base, config: { ...base.config, Env }, env: readEnv(Env), cmdSet: false }
}

function stepOf(
  instruction: StageInstruction,
  { stage, state, around }: { stage: Stage; state: State; around: Surroundings },
): { step: Step; state: State } {
  switch (instruction.kind) {
    case 'run':
      return { step: runStep(instruction, state, around), state }
    case 'copy':
      return { step: copyStep(instruction, { stage, state, around }), state }
    case 'workdir': {
      const step = workdirStep(instruction, state, around)
      return { step, state: { ...state, config: step.config } }
    }
    default: {
      const next = changeState(instruction, state, around)
      const { config, author } = next
      const createdBy = createdWithoutRun(instruction)
      return { step: { kind: 'config', instruction, createdBy, config, author }, state: next }
    }
  }
}
