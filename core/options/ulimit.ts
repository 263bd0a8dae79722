// SPDX-License-Identifier: Apache-2.0
import { closest } from '../lib/closest.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { Rlimit } from '../spec/schema.ts'

/** The limits that have a name here; getrlimit(2) says what each counts, and in which unit. */
export const ulimitNames: readonly string[] = [
  ...['as', 'core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile'],
  ...['nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack'],
]

/** RLIM_INFINITY. */
const UNLIMITED = 2n ** 64n - 1n

/**
 * What the --ulimit options ask for, `NAME=SOFT[:HARD]`; of one name the last counts.
 *
 * @throws TsbuildError USAGE
 */
export function parseUlimits(words: readonly string[]): readonly Rlimit[] {
  const limits = words.map(parseUlimit)
  return [...new Map(limits.map((limit) => [limit.type, limit])).values()]
}

/** Limits over others: those of the same name take their place. */
export const withUlimits = (base: readonly Rlimit[], own: readonly Rlimit[]): readonly Rlimit[] => [
  ...base.filter(({ type }) => !own.some((limit) => limit.type === type)),
  ...own,
]

function parseUlimit(word: string): Rlimit {
  const [, name = '', softText = '', hardText = softText] =
    /^([^=]*)=([^:]*)(?::([^:]*))?$/.exec(word) ?? []
  if (!ulimitNames.includes(name)) throw unknownName(word, name)
  const [soft, hard] = [parseValue(softText), parseValue(hardText)]
  if (soft === undefined || hard === undefined)
    throw refused(word, 'give numbers, and -1 or unlimited for no limit: nofile=1024:2048')
  if (soft > hard) throw refused(word, 'the soft limit, in front, cannot be above the hard one')
  return { type: `RLIMIT_${name.toUpperCase()}`, soft: plain(soft), hard: plain(hard) }
}

function parseValue(text: string): bigint | undefined {
  if (text === '-1' || text === 'unlimited') return UNLIMITED
  const value = /^[0-9]{1,20}$/.test(text) ? BigInt(text) : undefined
  return value === undefined || value > UNLIMITED ? undefined : value
}

const plain = (value: bigint) => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : value)

function unknownName(word: string, name: string): TsbuildError {
  const meant = closest(name.toLowerCase(), ulimitNames)
  const rest = word.includes('=') ? word.slice(word.indexOf('=')) : '=SOFT:HARD'
  const names = `write NAME=SOFT:HARD with one of ${ulimitNames.join(', ')}`
  return refused(word, meant === undefined ? names : `did you mean "${meant}${rest}"?`)
}

const refused = (word: string, hint: string) =>
  new TsbuildError('USAGE', `option "--ulimit" cannot be ${JSON.stringify(word)}`, { hint })
