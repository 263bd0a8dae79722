// SPDX-License-Identifier: Apache-2.0
import { writeSync } from 'node:fs'

export type TraceArea =
  | 'cli'
  | 'store'
  | 'cache'
  | 'layer'
  | 'userns'
  | 'spec'
  | 'shim'
  | 'network'
  | 'exec'

/** Writes one event: area, what happened, its fields. */
export type Trace = (area: TraceArea, event: string, fields?: object) => void

/**
 * A tracer for the value of TSBUILD_TRACE: a comma list of areas, or `all`.
 *
 * Each event is one JSON line on stderr: `ms` since the process started, `area`, `event` and the
 * event's own fields. Without a value nothing is written and nothing is formatted.
 */
export function createTrace(areas: string | undefined): Trace {
  if (areas === undefined || areas === '') return () => {}
  const wanted = new Set(areas.split(','))
  return (area, event, fields = {}) => {
    if (!wanted.has('all') && !wanted.has(area)) return
    const ms = Math.round(performance.now() * 1000) / 1000
    writeSync(2, `${JSON.stringify({ ms, area, event, ...fields }, bigintAsText)}\n`)
  }
}

const bigintAsText = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? value.toString() : value
