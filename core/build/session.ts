// SPDX-License-Identifier: Apache-2.0
import type { HistoryEntry, ImageConfig } from '../../images/model.ts'
import type { Context } from '../context.ts'
import type { EngineConf } from '../engine-conf/engine-conf.ts'
import type { BuildPlan, StageState } from '../plan/types.ts'
import type { Driver } from '../store/container-record.ts'
import type { BuildContext } from './context-dir.ts'
import type { Digester } from './digester.ts'
import type { OnBuildEvent } from './events.ts'
import type { StageFiles } from './files.ts'
import type { BuildRequest } from './request.ts'

/** What all parts of one build share. */
export interface BuildSession {
  readonly context: Context
  readonly request: BuildRequest
  /** For RUN steps: those of the request above those of containers.conf. */
  readonly runOptions: EngineConf
  readonly source: BuildContext
  readonly plan: BuildPlan
  readonly driver: Driver
  readonly emit: OnBuildEvent
  readonly digester: Digester
  readonly signal: AbortSignal
}

/** A history entry; one of a step that made no files has the time of the image. */
export type StageHistory = Omit<HistoryEntry, 'created'> & { readonly created?: string | undefined }

/** What a stage is at its end, and what one starts with. */
export interface StageResult {
  readonly files: StageFiles
  readonly state: StageState
  /** The oldest first, with as many layers as `files` has. */
  readonly history: readonly StageHistory[]
  /** Of the config, what no instruction sets: architecture, os. */
  readonly properties: Omit<ImageConfig, 'config' | 'rootfs' | 'history' | 'created' | 'author'>
  /** The image it all started from. */
  readonly base: { readonly id: string; readonly name: string; readonly digest: string } | undefined
  /** Whether it is that image, and nothing more. */
  readonly isBase: boolean
}

/** The results of the stages that are built already. */
export type StageResults = ReadonlyMap<number, StageResult>
