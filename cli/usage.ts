// SPDX-License-Identifier: Apache-2.0

import { closest } from '../core/lib/closest.ts'
import { TsbuildError } from '../core/lib/errors.ts'

/** What was typed is not how `subject` (a command, or the program) is used. */
export function usageError(subject: string, message: string, hint?: string): TsbuildError {
  const help = subject === 'tsbuild' ? 'tsbuild help' : `tsbuild ${subject} --help`
  return new TsbuildError('USAGE', message, { hint: hint ?? `see "${help}"` })
}

/** @param known the options that may be suggested, with their dashes */
export function unknownOption(
  subject: string,
  { typed, known }: { typed: string; known: readonly string[] },
): TsbuildError {
  const near = typed.startsWith('--') ? closest(typed, known) : undefined
  return usageError(subject, `unknown option "${typed}" of "${subject}"`, didYouMean(near))
}

/** @param known the names that may be suggested */
export const unknownCommand = (typed: string, known: readonly string[]): TsbuildError =>
  usageError('tsbuild', `unknown command "${typed}"`, didYouMean(closest(typed, known)))

const didYouMean = (near: string | undefined) =>
  near === undefined ? undefined : `did you mean "${near}"?`

/** `none, host or slirp4netns` */
export const orList = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
