// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../lib/errors.ts'
import { invalidProfile, reasonOf } from './actions.ts'

/** A value in a JSON document, and where it stands there. */
export interface Place {
  readonly value: unknown
  readonly isGiven: boolean
  /** A property. @throws TsbuildError SPEC_INVALID unless this is an object */
  get(key: string): Place
  /** The members of a property that is a list; none where it is not given. */
  list(key: string): readonly Place[]
  members(): readonly Place[]
  text(): string
  optionalText(): string | undefined
  number(): number | bigint
  optionalNumber(): number | undefined
  /** What `action` returns; what it throws names the place. */
  check<Result>(action: () => Result): Result
  invalid(detail: string): TsbuildError
}

/**
 * The top of a seccomp profile.
 *
 * All that asks for another type than there is throws TsbuildError SPEC_INVALID with the place:
 * `syscalls[3].args[0].op: expected text, got 5`.
 */
export function place(value: unknown, path = ''): Place {
  const invalid = (detail: string) => invalidProfile(path === '' ? detail : `${path}: ${detail}`)
  const expected = (what: string) => invalid(`expected ${what}, got ${kindOf(value)}`)
  const text = () => {
    if (typeof value !== 'string') throw expected('text')
    return value
  }
  const number = () => {
    if (typeof value !== 'number' && typeof value !== 'bigint') throw expected('a number')
    return value
  }
  const get = (key: string): Place => {
    if (!isRecord(value)) throw expected('an object')
    return place(value[key], path === '' ? key : `${path}.${key}`)
  }
  return {
    value,
    isGiven: value !== undefined,
    get,
    list: (key) => get(key).members(),
    members: () => {
      if (value === undefined) return []
      if (!Array.isArray(value)) throw expected('a list')
      return Array.from(value, (member, at) => place(member, `${path}[${at}]`))
    },
    text,
    optionalText: () => (value === undefined ? undefined : text()),
    number,
    optionalNumber: () => (value === undefined ? undefined : Number(number())),
    check: (action) => {
      try {
        return action()
      } catch (error) {
        throw error instanceof TsbuildError && path !== '' ? invalid(reasonOf(error)) : error
      }
    },
    invalid,
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'object' ? 'an object' : JSON.stringify(value)
}
