// SPDX-License-Identifier: Apache-2.0
import type { InstructionLine } from './instruction-line.ts'
import type { HealthcheckInstruction } from './instructions.ts'
import { splitKeyword } from './lines.ts'
import { readCommand } from './parse-command.ts'

export function parseHealthcheck(line: InstructionLine): HealthcheckInstruction {
  const { fail, located } = line
  const { keyword, rest } = splitKeyword(line.rest)
  if (keyword === 'NONE' && rest === '') return { kind: 'healthcheck', ...located }
  if (keyword === 'NONE') throw fail('HEALTHCHECK NONE takes no arguments')
  if (keyword !== 'CMD') {
    throw fail(`unknown HEALTHCHECK ${keyword}`, 'write HEALTHCHECK CMD command, or NONE')
  }
  if (rest === '') throw fail('HEALTHCHECK CMD has no command')
  return {
    kind: 'healthcheck',
    command: readCommand({ rest, fail }),
    ...durationOf(line, { flag: 'interval', key: 'intervalNs' }),
    ...durationOf(line, { flag: 'timeout', key: 'timeoutNs' }),
    ...durationOf(line, { flag: 'start-period', key: 'startPeriodNs' }),
    ...durationOf(line, { flag: 'start-interval', key: 'startIntervalNs' }),
    ...retriesOf(line),
    ...located,
  }
}

function retriesOf({ flags, fail }: InstructionLine): { retries?: number } {
  const written = flags.text('retries')
  if (written === undefined) return {}
  if (!/^[1-9]\d{0,8}$/.test(written)) throw fail(`--retries=${written} is no number from 1 on`)
  return { retries: Number(written) }
}

const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

type DurationKey = 'intervalNs' | 'timeoutNs' | 'startPeriodNs' | 'startIntervalNs'

/** As Go writes it: `1h30m`, `1.5s`; none, or at least a millisecond. */
function durationOf(
  { flags, fail }: InstructionLine,
  { flag, key }: { flag: string; key: DurationKey },
): Partial<Record<DurationKey, number>> {
  const written = flags.text(flag)
  if (written === undefined) return {}
  const ns = readDuration(written)
  if (ns === undefined || (ns !== 0 && ns < 1e6)) {
    throw fail(`--${flag}=${written} is no duration`, 'write it like 30s or 1m30s: 1ms at least')
  }
  return { [key]: ns }
}

function readDuration(text: string): number | undefined {
  if (text === '0') return 0
  const part = /(\d{1,12}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)/y
  let total = 0
  while (part.lastIndex < text.length) {
    const match = part.exec(text)
    if (match === null) return undefined
    total += Number(match[1]) * (nanoseconds[match[2] ?? ''] ?? 0)
  }
  return text === '' || !Number.isSafeInteger(Math.round(total)) ? undefined : Math.round(total)
}
