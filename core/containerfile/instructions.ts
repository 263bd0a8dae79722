// SPDX-License-Identifier: Apache-2.0
import type { RunMount } from './run-mount.ts'
import type { SourceFile, SourceRange } from './source.ts'

/** Continues a line at its end, and takes the meaning of the character behind it. */
export type EscapeToken = '\\' | '`'

/** A file after parsing. No variable is expanded yet: words are as written, with their quotes. */
export interface Containerfile extends SourceFile {
  readonly escapeToken: EscapeToken
  readonly instructions: readonly Instruction[]
}

/** What to execute: text for a shell, or the arguments themselves. */
export type Command =
  | { readonly form: 'shell'; readonly text: string }
  | { readonly form: 'json'; readonly args: readonly string[] }

/** A document within the file: `<<NAME` and the lines up to NAME. */
export interface Heredoc {
  readonly name: string
  /** The lines with their ends; of `<<-` without leading tabs. */
  readonly content: string
  /** False when the name was quoted. */
  readonly expand: boolean
}

export interface NameValue {
  readonly name: string
  readonly value: string
}

interface Located {
  readonly range: SourceRange
  /** The instruction on one line: continuations joined, comments within taken out. */
  readonly text: string
}

export interface FromInstruction extends Located {
  readonly kind: 'from'
  readonly image: string
  /** In lower case: the names of stages have no case. */
  readonly as?: string
  readonly platform?: string
}

export interface RunInstruction extends Located {
  readonly kind: 'run'
  readonly command: Command
  readonly network: RunNetwork
  readonly mounts: readonly RunMount[]
  readonly heredocs: readonly Heredoc[]
}
export type RunNetwork = 'default' | 'none' | 'host'

export interface CopyInstruction extends Located {
  readonly kind: 'copy'
  readonly verb: 'COPY' | 'ADD'
  readonly from?: string
  readonly chown?: string
  readonly chmod?: string
  /** Patterns, as in an ignore file, of what a source is copied without. */
  readonly exclude?: readonly string[]
  /** Whether sources are copied with the directories they are in. */
  readonly parents?: boolean
  /** At least one, together with the heredocs. */
  readonly sources: readonly string[]
  readonly heredocs: readonly Heredoc[]
  readonly destination: string
}

export interface EnvInstruction extends Located {
  readonly kind: 'env'
  readonly pairs: readonly NameValue[]
}

export interface LabelInstruction extends Located {
  readonly kind: 'label'
  readonly pairs: readonly NameValue[]
}

export interface ArgInstruction extends Located {
  readonly kind: 'arg'
  readonly args: readonly { readonly name: string; readonly value?: string }[]
}

/** Instructions with nothing but one text. */
export interface TextInstruction extends Located {
  readonly kind: 'user' | 'stopsignal' | 'maintainer'
  readonly value: string
}

export interface WorkdirInstruction extends Located {
  readonly kind: 'workdir'
  readonly path: string
}

export interface ListInstruction extends Located {
  readonly kind: 'expose' | 'volume' | 'shell'
  readonly values: readonly string[]
}

export interface CommandInstruction extends Located {
  readonly kind: 'cmd' | 'entrypoint'
  readonly command: Command
}

export interface HealthcheckInstruction extends Located {
  readonly kind: 'healthcheck'
  /** Absent: NONE. */
  readonly command?: Command
  /** Durations in nanoseconds; 0 or absent: the base's. */
  readonly intervalNs?: number
  readonly timeoutNs?: number
  readonly startPeriodNs?: number
  readonly startIntervalNs?: number
  readonly retries?: number
}

export interface OnbuildInstruction extends Located {
  readonly kind: 'onbuild'
  /** The instruction for later, as it goes into the config. */
  readonly trigger: string
}

export type Instruction = FromInstruction | StageInstruction

/** What may stand in a stage. */
export type StageInstruction =
  | RunInstruction
  | CopyInstruction
  | WorkdirInstruction
  | ConfigInstruction

/** What changes nothing but the config. */
export type ConfigInstruction =
  | EnvInstruction
  | LabelInstruction
  | ArgInstruction
  | TextInstruction
  | ListInstruction
  | CommandInstruction
  | HealthcheckInstruction
  | OnbuildInstruction
