// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { parseContainerfile } from '../../../../core/containerfile/parse.ts'
import { planBuild } from '../../../../core/plan/plan-build.ts'
import { planStage } from '../../../../core/plan/plan-stage.ts'
import type { BuildPlan, PlannedStage, StageState, Step } from '../../../../core/plan/types.ts'
import type { ExecutionConfig } from '../../../../images/model.ts'

export interface Given {
  readonly buildArgs?: Readonly<Record<string, string>>
  readonly target?: string
  /** Of the image that the stages are from. */
  readonly config?: ExecutionConfig
}

const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64', variant: 'v8' }

/** Builds on amd64 for arm64, so that the two are told apart. */
export function plan(text: string, { buildArgs = {}, target }: Given = {}): BuildPlan {
  const file = parseContainerfile({ name: 'Containerfile', text })
  return planBuild(file, { buildArgs, target, targetPlatform: arm64, buildPlatform: amd64 })
}

/** The stages that are needed, each on top of those that it is from; the target is the last. */
export function planStages(text: string, given: Given = {}): PlannedStage[] {
  const build = plan(text, given)
  const planned = new Map<number, PlannedStage>()
  for (const index of build.needed) {
    const stage = build.stages[index]
    assert.ok(stage)
    const image: StageState = { config: given.config ?? {}, args: new Map() }
    const below = stage.base.kind === 'stage' ? planned.get(stage.base.index)?.end : image
    assert.ok(below)
    planned.set(index, planStage(build, stage, below))
  }
  return [...planned.values()]
}

/** The steps of the target. */
export const stepsOf = (text: string, given?: Given): readonly Step[] =>
  planStages(text, given).at(-1)?.steps ?? []

/** The target's config. */
export const configOf = (text: string, given?: Given): ExecutionConfig =>
  planStages(text, given).at(-1)?.end.config ?? {}

/** The last step, which must be of that kind. */
export function lastStep<Kind extends Step['kind']>(
  kind: Kind,
  text: string,
  given?: Given,
): Extract<Step, { kind: Kind }> {
  const step = stepsOf(text, given).at(-1)
  assert.equal(step?.kind, kind)
  return step as Extract<Step, { kind: Kind }>
}
