// SPDX-License-Identifier: Apache-2.0
import { isAllowedSkip } from './allowed-skips.ts'
import type { Event, FileResult } from './schedule.ts'

export interface Summary {
  /** Counts a file and returns the lines to print about it. */
  add(result: FileResult): string
  /** The skips by reason, and as the last line `N passed, N failed, N skipped`. */
  end(): { readonly text: string; readonly ok: boolean }
}

/** @param inCi whether a missing peer is a failure */
export function createSummary(inCi: boolean): Summary {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const skips = new Map<string, string[]>()
  return {
    add({ file, ms, events }) {
      const judged = events.map((event) => judge(event, inCi))
      for (const { result, name, text = '' } of judged) {
        counts[result] += 1
        if (result === 'skipped') skips.set(text, [...(skips.get(text) ?? []), `${file}: ${name}`])
      }
      const failures = judged.filter(({ result }) => result === 'failed')
      const verdict = failures.length === 0 ? 'ok    ' : 'FAILED'
      const head = `${verdict} ${file} (${countTests(events.length)}, ${seconds(ms)})`
      return [head, ...failures.map((failure) => failureText(file, failure))].join('\n')
    },
    end() {
      const lines = [...skips].map(([reason, names]) => skipText(reason, names))
      const { passed, failed, skipped } = counts
      const total = `${passed} passed, ${failed} failed, ${skipped} skipped`
      return { text: [...lines, total].join('\n'), ok: failed === 0 && passed > 0 }
    },
  }
}

/** A skip that nobody has allowed is a failure. */
function judge(event: Event, inCi: boolean): Event {
  const { result, text = '' } = event
  if (result !== 'skipped' || isAllowedSkip(text, inCi)) return event
  const where = inCi ? 'in CI' : 'anywhere'
  return { ...event, result: 'failed', text: `was skipped, which is not allowed ${where}: ${text}` }
}

const failureText = (file: string, { name, text = '' }: Event): string =>
  `\n  failed: ${file}: ${name}\n${text.replace(/^(?=.)/gm, '    ')}\n`

const skipText = (reason: string, names: readonly string[]): string =>
  [`\nskipped, ${reason}`, ...names.map((name) => `  ${name}`), ''].join('\n')

const countTests = (count: number): string => (count === 1 ? '1 test' : `${count} tests`)

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
