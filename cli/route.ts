// SPDX-License-Identifier: Apache-2.0
import { findVerb } from './find-verb.ts'

/** Who answers a command line: the dispatcher itself, or the bundle that it loads. */
export type Route = 'version' | 'version line' | 'run' | 'cli'

/**
 * Looks no further than it must: a line that is unusual in any way goes to `cli`, which knows all.
 */
export function route(argv: readonly string[]): Route {
  if (argv.length === 1 && argv[0] === 'version') return 'version'
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) return 'version line'
  const { before, verb } = findVerb(argv)
  const usual = before.every((word) => !word.startsWith('-') || /^--(run)?root(=|$)/.test(word))
  return verb === 'run' && usual ? 'run' : 'cli'
}
