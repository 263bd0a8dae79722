// SPDX-License-Identifier: Apache-2.0
import { type Expansion, expandWord } from '../containerfile/expand.ts'
import type { ArgInstruction, Containerfile, Instruction } from '../containerfile/instructions.ts'
import { sourceError } from '../containerfile/source.ts'
import type { TsbuildError } from '../lib/errors.ts'
import { givenArg, isProxy, platformArgs } from './predefined.ts'
import type { PlanRequest, StageState } from './types.ts'

/** A stage between two of its instructions. */
export interface State extends StageState {
  /** The config's Env. */
  readonly env: ReadonlyMap<string, string>
  /** Whether a CMD of this stage was seen: ENTRYPOINT clears only an inherited one. */
  readonly cmdSet: boolean
}

/** What is said once for all instructions. */
export interface Surroundings {
  readonly file: Containerfile
  readonly request: PlanRequest
  readonly globalArgs: ReadonlyMap<string, string | undefined>
}

export const failAt =
  ({ file }: Pick<Surroundings, 'file'>, { range }: Pick<Instruction, 'range'>) =>
  (message: string, hint?: string): TsbuildError =>
    sourceError(file, range, message, { hint })

/**
 * What the words of one instruction expand with: ENV before ARG before the given proxies. All words
 * of an instruction see the values from before it.
 */
export function expansionOf(
  { env, args }: Pick<State, 'env' | 'args'>,
  around: Surroundings,
  instruction: Instruction,
): Expansion {
  const proxy = (name: string) => (isProxy(name) ? givenArg(around.request, name) : undefined)
  return {
    valueOf: (name) => env.get(name) ?? args.get(name) ?? proxy(name),
    escapeToken: around.file.escapeToken,
    fail: failAt(around, instruction),
  }
}

/**
 * The ARGs in scope behind one more ARG. A value comes from the user, else from the default that is
 * written here, else from the ARG before the first FROM, else from what is predefined.
 */
export function declareArgs(
  state: Pick<State, 'env' | 'args'>,
  around: Surroundings,
  instruction: ArgInstruction,
): ReadonlyMap<string, string | undefined> {
  const expansion = expansionOf(state, around, instruction)
  const predefined = platformArgs(around.request)
  const declared = instruction.args.map(({ name: word, value: written }) => {
    const name = expandWord(word, expansion)
    if (name === '' || name.includes('=')) throw expansion.fail(`"${word}" is no name for an ARG`)
    const value =
      givenArg(around.request, name) ??
      (written === undefined ? undefined : expandWord(written, expansion)) ??
      around.globalArgs.get(name) ??
      state.args.get(name) ??
      predefined.get(name)
    return [name, value] as const
  })
  return new Map([...state.args, ...declared])
}

/** `Env` of a config, by name; entries that are no `NAME=value` are passed over. */
export function readEnv(entries: readonly string[]): Map<string, string> {
  const env = new Map<string, string>()
  for (const entry of entries) {
    const equals = entry.indexOf('=')
    if (equals > 0) env.set(entry.slice(0, equals), entry.slice(equals + 1))
  }
  return env
}
