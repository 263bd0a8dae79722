// SPDX-License-Identifier: Apache-2.0
import type { RuntimeSpec } from '../spec/schema.ts'
import { extendedRegExp } from './extended-regexp.ts'
import { type HookFile, type HookStage, hookStages } from './hook-file.ts'

export type Hook = HookFile['hook']
export type SpecHooks = NonNullable<RuntimeSpec['hooks']>
export type SpecStage = keyof SpecHooks

/** By what hooks are chosen. */
export interface HookSubject {
  /** `process.args[0]`. */
  readonly program: string
  readonly annotations: Readonly<Record<string, string>>
  /** Whether the user asked for binds. */
  readonly hasBindMounts: boolean
}

export interface ChosenHooks {
  readonly precreate: readonly Hook[]
  /** Undefined without any. */
  readonly hooks: SpecHooks | undefined
}

/** The hooks of a container: of each stage in the order of the files. */
export function chooseHooks(files: readonly HookFile[], subject: HookSubject): ChosenHooks {
  const chosen = files.filter(({ when }) => isMet(when, subject))
  const of = (stage: HookStage) =>
    chosen.filter(({ stages }) => stages.includes(stage)).map(({ hook }) => hook)
  const entries = hookStages
    .filter((stage) => stage !== 'precreate')
    .map((stage) => [stage, of(stage)] as const)
    .filter(([, hooks]) => hooks.length > 0)
  const hooks = entries.length === 0 ? undefined : Object.fromEntries(entries)
  return { precreate: of('precreate'), hooks }
}

/** All conditions that a file gives must be met. */
function isMet(when: HookFile['when'], subject: HookSubject): boolean {
  const { always, annotations, commands, hasBindMounts } = when
  const entries = Object.entries(subject.annotations)
  const hasAnnotation = ([key, value]: readonly [string, string]) =>
    entries.some(([name, text]) => matches(key, name) && matches(value, text))
  return (
    always !== false &&
    (hasBindMounts === undefined || (hasBindMounts && subject.hasBindMounts)) &&
    (annotations === undefined || Object.entries(annotations).every(hasAnnotation)) &&
    (commands === undefined || commands.some((pattern) => matches(pattern, subject.program)))
  )
}

const matches = (pattern: string, text: string) => extendedRegExp(pattern).test(text)
