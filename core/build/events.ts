// SPDX-License-Identifier: Apache-2.0

/** A step of a stage, as progress shows it. FROM is the first one. */
export interface StepPlace {
  /** Index of the stage in the file. */
  readonly stage: number
  /** Counted among the stages that are built, from 1; and how many those are. */
  readonly stageNumber: number
  readonly stageCount: number
  /** From 1. */
  readonly number: number
  readonly count: number
  /** The instruction on one line. */
  readonly text: string
}

/** What happens in a build, in order; views make lines of it. */
export type BuildEvent =
  | { readonly kind: 'step-started'; readonly place: StepPlace }
  | {
      readonly kind: 'step-output'
      readonly place: StepPlace
      readonly stream: 'stdout' | 'stderr'
      readonly chunk: Buffer
    }
  | {
      readonly kind: 'step-ended'
      readonly place: StepPlace
      readonly how: 'done' | 'cached' | 'failed'
      readonly ms: number
    }
  | { readonly kind: 'committing'; readonly name: string | undefined }
  | { readonly kind: 'built'; readonly id: string; readonly names: readonly string[] }

export type OnBuildEvent = (event: BuildEvent) => void
