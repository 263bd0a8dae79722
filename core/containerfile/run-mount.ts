// SPDX-License-Identifier: Apache-2.0
import { closest } from '../lib/closest.ts'
import { splitCsv } from './csv.ts'
import type { Fail } from './instruction-line.ts'

/** What RUN --mount shows to one command. Values as written: variables stand in them yet. */
export type RunMount =
  | (Common & {
      readonly type: 'bind'
      readonly source?: string
      /** A stage, an image, or a context; the build context when absent. */
      readonly from?: string
      readonly readonly: boolean
    })
  | (Common &
      Access & {
        readonly type: 'cache'
        /** What it is kept by; the target when absent. */
        readonly id?: string
        readonly source?: string
        readonly from?: string
        readonly readonly: boolean
        /** `shared`, `private` or `locked`. */
        readonly sharing: string
      })
  | (Common & { readonly type: 'tmpfs'; readonly size?: string; readonly readonly: boolean })
  | (Partial<Common> &
      Access & {
        readonly type: 'secret'
        readonly id: string
        /** A variable that gets it; without a target there is no file then. */
        readonly env?: string
        readonly required: boolean
      })
  | (Partial<Common> &
      Access & { readonly type: 'ssh'; readonly id: string; readonly required: boolean })

interface Common {
  /** In the container. */
  readonly target: string
}

/** Octal, and ids. */
interface Access {
  readonly mode?: string
  readonly uid?: string
  readonly gid?: string
}

type Type = RunMount['type']

const aliases: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
  rw: 'readwrite',
}

const reading = ['readonly', 'readwrite']
const access = ['mode', 'uid', 'gid']

/** The keys of each type beside `type`. */
const keys: Readonly<Record<Type, readonly string[]>> = {
  bind: ['target', 'source', 'from', ...reading],
  cache: ['target', 'id', 'source', 'from', 'sharing', ...reading, ...access],
  tmpfs: ['target', 'size', ...reading],
  secret: ['id', 'source', 'target', 'env', 'required', ...access],
  ssh: ['id', 'target', 'required', ...access],
}

const forms: Readonly<Record<string, readonly [form: RegExp, hint: string]>> = {
  mode: [/^[0-7]{1,4}$/, 'give it in octal, like 0600'],
  uid: [/^\d{1,10}$/, 'give a number'],
  gid: [/^\d{1,10}$/, 'give a number'],
  sharing: [/^(?:shared|private|locked)$/, 'it is shared, private or locked'],
  size: [/^\d+(?:\.\d+)? ?[bkmgt]?(?:i?b)?$/i, 'write it like 64m or 1g'],
}

/**
 * The value of one `--mount`.
 *
 * @throws what `fail` makes
 * @see Dockerfile reference, "RUN --mount"
 */
export function parseRunMount(text: string, fail: Fail): RunMount {
  const fields = splitCsv(text)
  if (fields === undefined) throw fail(`--mount=${text} has a quote in the wrong place`)
  const pairs = fields.map((field) => readField(field, fail))
  const type = typeOf(pairs, fail)
  const found = new Map(pairs.filter(([key]) => key !== 'type'))
  for (const [key, value] of found) checkField({ key, value, type }, fail)
  return mountOf(type, found, fail)
}

type Pair = readonly [key: string, value: string]

/** A word alone is true: `ro`, `required`. */
function readField(field: string, fail: Fail): Pair {
  const equals = field.indexOf('=')
  const written = (equals < 0 ? field : field.slice(0, equals)).toLowerCase()
  const key = aliases[written] ?? written
  if (equals >= 0) return [key, field.slice(equals + 1)]
  if ([...reading, 'required'].includes(key)) return [key, 'true']
  throw fail(`"${field}" of --mount has no value`, `write ${field}=VALUE`)
}

const isType = (text: string): text is Type => Object.hasOwn(keys, text)

function typeOf(pairs: readonly Pair[], fail: Fail): Type {
  const type = pairs.findLast(([key]) => key === 'type')?.[1] ?? 'bind'
  if (isType(type)) return type
  const near = closest(type, Object.keys(keys))
  const hint = near === undefined ? `it is one of ${Object.keys(keys).join(', ')}` : undefined
  throw fail(`unknown type "${type}" of --mount`, hint ?? `did you mean ${near}?`)
}

function checkField(
  { key, value, type }: { readonly key: string; readonly value: string; readonly type: Type },
  fail: Fail,
): void {
  const known = keys[type]
  if (!known.includes(key)) {
    const near = closest(key, known)
    const hint = near === undefined ? `its keys are ${known.join(', ')}` : `did you mean ${near}?`
    throw fail(`a mount of type ${type} has no "${key}"`, hint)
  }
  if (key === 'from' && value.includes('$')) {
    throw fail('from= of --mount takes no variables', 'give a stage that name: FROM $IMAGE AS name')
  }
  const [form, hint] = forms[key] ?? []
  if (form === undefined || hint === undefined || value.includes('$')) return
  if (!form.test(value)) throw fail(`"${key}" of --mount cannot be "${value}"`, hint)
}

function mountOf(type: Type, found: ReadonlyMap<string, string>, fail: Fail): RunMount {
  const take = <Key extends string>(...names: readonly Key[]): Partial<Record<Key, string>> =>
    Object.assign({}, ...names.map((name) => (found.has(name) ? { [name]: found.get(name) } : {})))
  const target = found.get('target') ?? ''
  const required = isTrue(found, 'required', fail) ?? false
  if (type === 'secret')
    return { type, ...secretOf(found, fail), ...take('env', ...access), required }
  if (type === 'ssh') {
    return { type, id: found.get('id') ?? 'default', ...take('target', ...access), required }
  }
  if (target === '') throw fail(`a mount of type ${type} needs a target`, 'add target=/PATH')
  const isReadonly = readonlyOf(type, found, fail)
  if (type === 'tmpfs') return { type, target, ...take('size'), readonly: isReadonly }
  const common = { target, ...take('source', 'from'), readonly: isReadonly }
  if (type === 'bind') return { type, ...common }
  const sharing = found.get('sharing') ?? 'shared'
  return { type, ...common, ...take('id', ...access), sharing }
}

/** `source` is another word for the id; with a target alone the id is its last part. */
function secretOf(found: ReadonlyMap<string, string>, fail: Fail): { id: string; target?: string } {
  const [id, source, target] = [found.get('id'), found.get('source'), found.get('target')]
  if (id !== undefined && source !== undefined) {
    throw fail('a secret has an id or a source, not both')
  }
  const named = id ?? source ?? target?.slice(target.lastIndexOf('/') + 1) ?? ''
  if (named === '') throw fail('a secret needs an id or a target', 'add id=NAME')
  return { id: named, ...(target !== undefined && { target }) }
}

/** What is said last; a bind is read-only where nothing is said. */
function readonlyOf(type: Type, found: ReadonlyMap<string, string>, fail: Fail): boolean {
  const [no, yes] = [isTrue(found, 'readwrite', fail), isTrue(found, 'readonly', fail)]
  const last = [...found.keys()].findLast((key) => reading.includes(key))
  if (last === 'readwrite') return no !== true
  return yes ?? type === 'bind'
}

function isTrue(found: ReadonlyMap<string, string>, key: string, fail: Fail): boolean | undefined {
  const value = found.get(key)
  if (value === undefined) return undefined
  if (/^(?:1|t|true)$/i.test(value)) return true
  if (/^(?:0|f|false)$/i.test(value)) return false
  throw fail(`"${key}" of --mount cannot be "${value}"`, 'it is true or false')
}
