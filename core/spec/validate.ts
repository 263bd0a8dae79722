// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { type TSchema, Value, type ValueError } from '../lib/schema.ts'
import { brokenRule } from './rules.ts'
import { RuntimeSpec } from './schema.ts'

/**
 * The runtime spec in a config.json that somebody else wrote.
 *
 * Checked are type and range of every property we know, and the rules between them that need no
 * look at the system. A null on the top level counts as absent: programs in other languages
 * write empty lists and maps so.
 *
 * @param value the parsed JSON, integers from 2^53 on as bigint
 * @throws TsbuildError SPEC_INVALID: the JSON pointer of the first bad value, what was expected
 * @see OCI runtime-spec 1.2, config.md and config-linux.md
 */
export function parseSpec(value: unknown): RuntimeSpec {
  const spec = withoutNulls(value)
  if (!Value.Check(RuntimeSpec, spec)) throw invalid(problemOf(RuntimeSpec, spec))
  const broken = brokenRule(spec)
  if (broken !== undefined) throw invalid(`${broken.path}: ${broken.must}`)
  return spec
}

/** The JSON pointer of the first bad value, and what was expected there. */
export function problemOf(schema: TSchema, value: unknown): string {
  const error = Value.Errors(schema, value).First()
  return error === undefined ? 'not what was expected' : describe(error)
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null))
}

function describe(error: ValueError): string {
  if (error.path.includes('\0')) return `${error.path}: expected a name without NUL bytes`
  const place = error.path === '' ? 'the document' : error.path
  return `${place}: expected ${expectation(error.schema)}, got ${kindOf(error.value)}`
}

function expectation({ expected, type }: Readonly<Record<string, unknown>>): string {
  if (typeof expected === 'string') return expected
  return type === 'array' ? 'a list' : 'an object'
}

/** Texts are not shown: an environment variable may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

/** The path in it may hold names that a stranger chose, of any length. */
function invalid(detail: string): TsbuildError {
  const shown = JSON.stringify(detail).slice(1, -1)
  const bounded = shown.length > maxDetail ? `…${shown.slice(-maxDetail)}` : shown
  return new TsbuildError('SPEC_INVALID', `read the runtime spec: ${bounded}`)
}

const maxDetail = 500
