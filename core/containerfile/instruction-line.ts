// SPDX-License-Identifier: Apache-2.0
import { closest } from '../lib/closest.ts'
import type { TsbuildError } from '../lib/errors.ts'
import type { EscapeToken, Heredoc } from './instructions.ts'
import type { LogicalLine } from './lines.ts'
import type { SourceRange } from './source.ts'
import { wordEnd } from './words.ts'

/** Makes the error for the line that is being read. */
export type Fail = (message: string, hint?: string) => TsbuildError

/** What the parser of one instruction sees. */
export interface InstructionLine {
  readonly keyword: string
  /** Behind the flags; never empty. */
  readonly rest: string
  /** By name, without dashes; as written. */
  readonly flags: ReadonlyMap<string, string>
  readonly heredocs: readonly Heredoc[]
  readonly located: { readonly range: SourceRange; readonly text: string }
  readonly escapeToken: EscapeToken
  readonly fail: Fail
}

/**
 * Takes the flags off the front, `--NAME=VALUE`; a lone `--` ends them.
 *
 * @param known the flags of the instruction, without dashes
 */
export function readInstructionLine(
  { keyword, rest, heredocs, range, text }: LogicalLine,
  { escapeToken, known, fail }: { escapeToken: EscapeToken; known: readonly string[]; fail: Fail },
): InstructionLine {
  const flags = new Map<string, string>()
  let at = 0
  while (rest.startsWith('--', at)) {
    const end = wordEnd(rest, at, escapeToken)
    const word = rest.slice(at, end)
    at = skipBlanks(rest, end)
    if (word === '--') break
    const { name, value } = readFlag(word, { keyword, known, fail })
    if (flags.has(name)) throw fail(`flag --${name} is there twice`)
    flags.set(name, value)
  }
  if (at === rest.length) throw fail(`${keyword} needs an argument`)
  const located = { range, text }
  return { keyword, rest: rest.slice(at), flags, heredocs, located, escapeToken, fail }
}

function readFlag(
  word: string,
  { keyword, known, fail }: { keyword: string; known: readonly string[]; fail: Fail },
): { name: string; value: string } {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals < 0 ? undefined : equals)
  if (!known.includes(name)) throw fail(`unknown flag --${name}`, flagHint(keyword, name, known))
  if (equals < 0) throw fail(`flag --${name} has no value`, `write --${name}=VALUE`)
  return { name, value: word.slice(equals + 1) }
}

function flagHint(keyword: string, name: string, known: readonly string[]): string {
  const near = closest(name, known)
  if (near !== undefined) return `did you mean --${near}?`
  if (known.length === 0) return `${keyword} has no flags`
  return `the flags of ${keyword} are ${known.map((flag) => `--${flag}`).join(', ')}`
}

function skipBlanks(text: string, start: number): number {
  let at = start
  while (at < text.length && /\s/.test(text.charAt(at))) at++
  return at
}
