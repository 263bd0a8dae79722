// SPDX-License-Identifier: Apache-2.0
import type { Platform } from '../../images/manifest.ts'
import type { ExecutionConfig } from '../../images/model.ts'
import type {
  Containerfile,
  CopyInstruction,
  FromInstruction,
  RunInstruction,
  RunNetwork,
  StageInstruction,
} from '../containerfile/instructions.ts'

/** What the user says beside the file. */
export interface PlanRequest {
  readonly buildArgs: Readonly<Record<string, string>>
  /** A stage's name or number; without: the last stage. */
  readonly target?: string | undefined
  /** Where the image shall run. */
  readonly targetPlatform: Platform
  /** Where the build runs. */
  readonly buildPlatform: Platform
}

export type StageBase =
  | { readonly kind: 'image'; readonly name: string; readonly platform?: string }
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'scratch' }

/** Where COPY and ADD take their files from. */
export type CopySource =
  | { readonly kind: 'context' }
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'image'; readonly name: string }

export interface Stage {
  readonly index: number
  readonly name?: string
  readonly from: FromInstruction
  readonly base: StageBase
  /** Those behind FROM. */
  readonly instructions: readonly StageInstruction[]
  /** Of each COPY and ADD of the stage. Without those that a base's ONBUILD brings. */
  readonly copySources: ReadonlyMap<CopyInstruction, CopySource>
  /** The stages it takes files from, its base among them; each is an earlier one. */
  readonly dependsOn: readonly number[]
}

export interface BuildPlan {
  readonly file: Containerfile
  readonly request: PlanRequest
  /** All of the file up to the target: `stages[i].index === i`. */
  readonly stages: readonly Stage[]
  readonly target: number
  /** What the target needs, itself the last, in an order that builds. */
  readonly needed: readonly number[]
  /** What FROM sees: the ARGs before the first one and the platforms. A stage declares its own. */
  readonly globalArgs: ReadonlyMap<string, string | undefined>
  /** Build args that no ARG of the file names: worth a warning. */
  readonly unconsumedArgs: readonly string[]
}

/** What a stage starts from, and what it is at its end: one stage's end is another's start. */
export interface StageState {
  readonly config: ExecutionConfig
  readonly author?: string | undefined
  /** ARGs declared up to here: those of a base that is a stage of this file are inherited. */
  readonly args: ReadonlyMap<string, string | undefined>
}

interface StepCommon {
  readonly instruction: StageInstruction
  /** For the image's history, as buildah writes it. */
  readonly createdBy: string
  /** Of the image after this step. */
  readonly config: ExecutionConfig
  readonly author?: string | undefined
}

/** Changes nothing but the config. */
export interface ConfigStep extends StepCommon {
  readonly kind: 'config'
}

export interface RunStep extends StepCommon {
  readonly kind: 'run'
  readonly instruction: RunInstruction
  /** The shell's first, where the command is text for a shell. */
  readonly args: readonly string[]
  /**
   * `NAME=value`, all that the step asks for: the image's ENV, then the ARGs in scope that no ENV
   * hides. Not the host's proxies, unless an ARG declares them.
   */
  readonly env: readonly string[]
  /** As in the config: `name[:group]` or ids; empty is root. */
  readonly user: string
  /** Absolute. */
  readonly workingDir: string
  readonly network: RunNetwork
  /** Proxies that are build args and have no ARG: in the environment too, but not in the key. */
  readonly hiddenEnv: readonly string[]
}

export interface CopyStep extends StepCommon {
  readonly kind: 'copy'
  readonly instruction: CopyInstruction
  readonly verb: 'COPY' | 'ADD'
  readonly from: CopySource
  /** Expanded; text, not byte strings. */
  readonly sources: readonly string[]
  /** Heredocs: files which are written in the Containerfile itself. */
  readonly files: readonly { readonly name: string; readonly content: string }[]
  /** Expanded and absolute; ends with a slash where it can only be a directory (`x/`, `.`). */
  readonly destination: string
  readonly workingDir: string
  readonly chown?: string
  readonly chmod?: string
  /** Patterns of what is left out. */
  readonly exclude: readonly string[]
  readonly parents: boolean
}

/** A directory to be made where it is missing. */
export interface WorkdirStep extends StepCommon {
  readonly kind: 'workdir'
  /** Absolute. */
  readonly path: string
  /** Its owner, where it is made. */
  readonly user: string
}

/** Steps that may change files. */
export type FileStep = RunStep | CopyStep | WorkdirStep

export type Step = ConfigStep | FileStep

export interface PlannedStage {
  readonly steps: readonly Step[]
  readonly end: StageState
}
