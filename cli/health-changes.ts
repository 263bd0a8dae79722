// SPDX-License-Identifier: Apache-2.0
import type { ConfigChange } from '../core/config-change.ts'
import { jsonArray } from './json-array.ts'
import { shellWords } from './shell-words.ts'
import { usageError } from './usage.ts'

export interface HealthOptions {
  readonly healthcheck: string | undefined
  readonly healthcheckInterval: string | undefined
  readonly healthcheckTimeout: string | undefined
  readonly healthcheckStartPeriod: string | undefined
  readonly healthcheckStartInterval: string | undefined
  readonly healthcheckRetries: number | undefined
}

/** @throws TsbuildError USAGE */
export function healthChanges(options: HealthOptions): ConfigChange[] {
  const { healthcheck, healthcheckRetries: retries } = options
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0)) {
    throw usageError('config', `option "--healthcheck-retries" of "config" is not ${retries}`)
  }
  const check = {
    ...(healthcheck === undefined ? {} : { Test: testOf(healthcheck) }),
    ...duration('Interval', '--healthcheck-interval', options.healthcheckInterval),
    ...duration('Timeout', '--healthcheck-timeout', options.healthcheckTimeout),
    ...duration('StartPeriod', '--healthcheck-start-period', options.healthcheckStartPeriod),
    ...duration('StartInterval', '--healthcheck-start-interval', options.healthcheckStartInterval),
    ...(retries === undefined ? {} : { Retries: retries }),
  }
  return Object.keys(check).length === 0 ? [] : [{ kind: 'healthcheck', check }]
}

/** NONE; CMD and words or an array; CMD-SHELL and a line. Anything else is a line as well. */
function testOf(text: string): string[] {
  const [, keyword, rest = ''] = /^\s*(NONE|CMD-SHELL|CMD)(?:\s+(.*))?$/s.exec(text) ?? []
  if (text.trim() === '') return []
  if (keyword === 'NONE') return ['NONE']
  if (keyword === 'CMD') return ['CMD', ...(jsonArray(rest) ?? shellWords(rest))]
  return ['CMD-SHELL', keyword === undefined ? text : rest]
}

const unitsNs = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const

/** As Go writes durations: `1m30s`, `1.5h`. @returns nanoseconds under that key */
function duration<Key extends string>(
  key: Key,
  option: string,
  text: string | undefined,
): { readonly [K in Key]?: number } {
  if (text === undefined) return {}
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)/gy)]
  const length = parts.reduce((sum, [part]) => sum + part.length, 0)
  if (text !== '0' && (length !== text.length || length === 0)) {
    const hint = 'write it like 30s, 1m30s or 500ms'
    throw usageError('config', `option "${option}" of "config" is no time: "${text}"`, hint)
  }
  const ns = parts.reduce((sum, [, count, unit]) => sum + Number(count) * nsOf(unit), 0)
  const found: { readonly [K in Key]?: number } = {}
  return Object.assign(found, { [key]: Math.round(ns) })
}

const nsOf = (unit: string | undefined): number =>
  Object.entries(unitsNs).find(([name]) => name === unit)?.[1] ?? 0
