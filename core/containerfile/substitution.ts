// SPDX-License-Identifier: Apache-2.0
import type { TsbuildError } from '../lib/errors.ts'
import {
  type Budget,
  parseShellPattern,
  type Reach,
  type ShellPattern,
  withoutPrefix,
  withoutSuffix,
  withReplaced,
} from './shell-pattern.ts'

/** `${name operator word}`, the word expanded. */
export interface Substitution {
  readonly name: string
  readonly value: string | undefined
  /** `-`, `+`, `?`, these with a colon before, `#`, `%`, `/` or `//`. */
  readonly operator: string
  readonly word: string
  /** Behind the second slash. */
  readonly replacement: string
}

interface Surroundings {
  readonly fail: (message: string, hint?: string) => TsbuildError
  readonly budget: Budget
}

/** Whether the operator reads its word as a pattern, whose escapes are its own. */
export const takesPattern = (operator: string): boolean => /^[#%/]/.test(operator)

/**
 * What stands in place of the variable.
 *
 * @throws what `fail` makes, for `?` and for a pattern that is none
 */
export function substitute(substitution: Substitution, surroundings: Surroundings): string {
  const { operator, value, word } = substitution
  if (takesPattern(operator)) return matched(substitution, surroundings)
  const counts = value !== undefined && !(operator.startsWith(':') && value === '')
  switch (operator.at(-1)) {
    case '-':
      return counts ? value : word
    case '+':
      return counts ? word : ''
    default:
      if (counts) return value
      throw missing(substitution, surroundings)
  }
}

function missing({ name, value, word }: Substitution, { fail }: Surroundings): TsbuildError {
  return fail(
    `${name}: ${word || `must not be ${value === undefined ? 'unset' : 'empty'}`}`,
    `give it by --build-arg ${name}=VALUE, or by ARG or ENV before this line`,
  )
}

function matched(substitution: Substitution, { fail, budget }: Surroundings): string {
  const { operator, value = '', word, replacement } = substitution
  const result = applied({ operator, value, word, replacement }, { fail, budget })
  if (budget.steps < 0) throw fail('patterns are too long for the values they look at')
  return result
}

function applied(
  { operator, value, word, replacement }: Omit<Substitution, 'name' | 'value'> & { value: string },
  { fail, budget }: Surroundings,
): string {
  const read = (text: string) => readPattern(text, fail)
  if (operator.startsWith('/')) {
    return withReplaced(value, read(word), { replacement, all: operator === '//', budget })
  }
  const reach: Reach = word.startsWith(operator) ? 'longest' : 'shortest'
  const pattern = read(reach === 'longest' ? word.slice(1) : word)
  const without = operator === '#' ? withoutPrefix : withoutSuffix
  return without(value, pattern, { reach, budget })
}

function readPattern(text: string, fail: Surroundings['fail']): ShellPattern {
  const pattern = parseShellPattern(text)
  if (pattern !== undefined) return pattern
  const hint = 'a backslash may stand before "*", "?", "/", "}" and itself'
  throw fail(`"${text}" is no pattern: it has a backslash that escapes nothing`, hint)
}
