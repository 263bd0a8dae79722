// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { type Static, Type, Value } from '../lib/schema.ts'
import { Flag, type Frozen, oneOf, Text, Texts } from '../spec/schema-parts.ts'
import { Hook } from '../spec/schema-process.ts'
import { problemOf } from '../spec/validate.ts'
import { extendedRegExp } from './extended-regexp.ts'

/** When a hook can run: precreate edits the spec, the others are stages of the runtime spec. */
export const hookStages = [
  'precreate',
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const
export type HookStage = (typeof hookStages)[number]

const Schema = Type.Object({
  version: Type.Literal('1.0.0', { expected: '"1.0.0"' }),
  hook: Hook,
  when: Type.Object({
    always: Type.Optional(Flag),
    annotations: Type.Optional(Type.Record(Text, Text)),
    commands: Type.Optional(Texts),
    hasBindMounts: Type.Optional(Flag),
  }),
  stages: Type.Array(oneOf(...hookStages), { minItems: 1, expected: 'a list that is not empty' }),
})

/** What to run, when, and for which containers. */
export type HookFile = Frozen<Static<typeof Schema>>

/**
 * A hook from its file.
 *
 * @throws TsbuildError HOOK_INVALID: the file, the field and what is expected there
 * @see oci-hooks(5), "1.0.0 Hook Schema"
 */
export function parseHookFile({ path, text }: { path: string; text: string }): HookFile {
  const value = parseJson({ path, text })
  if (!Value.Check(Schema, value)) throw invalid(path, problemOf(Schema, value))
  const { annotations = {}, commands = [] } = value.when
  if (Object.keys(value.when).length === 0)
    throw invalid(path, '/when: expected one condition at least, like "always": true')
  const patterns = { annotations: Object.entries(annotations).flat(), commands }
  for (const [field, list] of Object.entries(patterns))
    for (const pattern of list) checkPattern(path, { field, pattern })
  return value
}

function parseJson({ path, text }: { path: string; text: string }): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(path, cause)
  }
}

function checkPattern(path: string, { field, pattern }: { field: string; pattern: string }): void {
  try {
    extendedRegExp(pattern)
  } catch {
    throw invalid(path, `/when/${field}: ${JSON.stringify(pattern)} is no regular expression`)
  }
}

const invalid = (path: string, cause: unknown) =>
  new TsbuildError('HOOK_INVALID', `cannot use the hook of ${path}`, {
    cause,
    hint: 'mend the file by oci-hooks(5), version 1.0.0, or leave its directory out of --hooks-dir',
  })
