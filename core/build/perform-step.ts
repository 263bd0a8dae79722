// SPDX-License-Identifier: Apache-2.0
import type { Change } from './change.ts'
import type { StageFiles } from './files.ts'
import type { BuildSession } from './session.ts'

/**
 * What the work of a step came to. 'unchanged': there was nothing to do, it leaves no layer;
 * 'changed once': not by its inputs alone, so it is not to be found again.
 */
export type StepResult = 'changed' | 'unchanged' | 'changed once'

/** What a step did to the files. */
export interface StepOutcome {
  readonly files: StageFiles
  /** Whether it added a layer. */
  readonly hasLayer: boolean
  readonly how: 'done' | 'cached'
  /** RFC 3339: when it was done, now or then. */
  readonly created: string
}

/**
 * Sees to it that a step's work is done, or was.
 *
 * @param inputs of `stepInputs`
 */
export type PerformStep = (
  files: StageFiles,
  inputs: object,
  work: (change: Change) => Promise<StepResult>,
) => Promise<StepOutcome>

/** A session, and how the steps of a stage are performed. */
export interface StageSession extends BuildSession {
  readonly perform: PerformStep
}

/** Does every step, all of them in one snapshot. */
export const inOneSnapshot =
  ({ context }: BuildSession, change: Change): PerformStep =>
  async (files, _inputs, work) => {
    await work(change)
    return { files, hasLayer: false, how: 'done', created: context.now().toISOString() }
  }
