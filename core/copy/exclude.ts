// SPDX-License-Identifier: Apache-2.0
import { compileIgnore } from '../containerfile/ignore.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { IgnoreMatcher } from './origin.ts'

/**
 * What `--exclude` leaves out: patterns of ignore files, one an option. A source that is a
 * directory is looked at from within, a file by its name.
 *
 * @returns undefined without patterns
 * @throws TsbuildError USAGE for a pattern that is none
 * @see Dockerfile reference, "COPY --exclude"
 */
export function excludeMatcher(patterns: readonly string[]): IgnoreMatcher | undefined {
  if (patterns.length === 0) return undefined
  try {
    return compileIgnore({ name: '--exclude', text: patterns.map(oneLine).join('\n') })
  } catch (error) {
    if (!(error instanceof TsbuildError)) throw error
    const { hint } = error
    const shown = patterns.map((pattern) => JSON.stringify(pattern)).join(' ')
    throw new TsbuildError('USAGE', `cannot exclude ${shown}: not all are patterns`, { hint })
  }
}

/** In a file a line with `#` in front would be a comment; here it is a name. */
const oneLine = (pattern: string): string => pattern.replace(/^#/, '\\#').replaceAll('\n', ' ')
