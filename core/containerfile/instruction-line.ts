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
  readonly flags: Flags
  readonly heredocs: readonly Heredoc[]
  readonly located: { readonly range: SourceRange; readonly text: string }
  readonly escapeToken: EscapeToken
  readonly fail: Fail
}

/** What kinds of value flags have: a text, several of them, or true and false. */
export type FlagKinds = Readonly<Record<string, 'text' | 'list' | 'switch'>>

/** The values of the flags, by their names without dashes. */
export interface Flags {
  text(name: string): string | undefined
  list(name: string): readonly string[]
  /** Undefined when it is not there. */
  isOn(name: string): boolean | undefined
}

/** Takes the flags off the front, `--NAME=VALUE`; a lone `--` ends them. */
export function readInstructionLine(
  { keyword, rest, heredocs, range, text }: LogicalLine,
  { escapeToken, known, fail }: { escapeToken: EscapeToken; known: FlagKinds; fail: Fail },
): InstructionLine {
  const found = new Map<string, readonly string[]>()
  let at = 0
  while (rest.startsWith('--', at)) {
    const end = wordEnd(rest, at, escapeToken)
    const word = rest.slice(at, end)
    at = skipBlanks(rest, end)
    if (word === '--') break
    const { name, value } = readFlag(word, { keyword, known, fail })
    const before = found.get(name) ?? []
    if (before.length > 0 && known[name] !== 'list') throw fail(`flag --${name} is there twice`)
    found.set(name, [...before, value])
  }
  if (at === rest.length) throw fail(`${keyword} needs an argument`)
  const located = { range, text }
  const flags = flagsOf(found)
  return { keyword, rest: rest.slice(at), flags, heredocs, located, escapeToken, fail }
}

const flagsOf = (found: ReadonlyMap<string, readonly string[]>): Flags => ({
  text: (name) => found.get(name)?.[0],
  list: (name) => found.get(name) ?? [],
  isOn: (name) => {
    const value = found.get(name)?.[0]
    return value === undefined ? undefined : value === 'true'
  },
})

function readFlag(
  word: string,
  { keyword, known, fail }: { keyword: string; known: FlagKinds; fail: Fail },
): { name: string; value: string } {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals < 0 ? undefined : equals)
  const kind = Object.hasOwn(known, name) ? known[name] : undefined
  if (kind === undefined) {
    throw fail(`unknown flag --${name}`, flagHint(keyword, name, Object.keys(known)))
  }
  if (kind === 'switch') return { name, value: readSwitch(name, word, fail) }
  if (equals < 0) throw fail(`flag --${name} has no value`, `write --${name}=VALUE`)
  return { name, value: word.slice(equals + 1) }
}

/** `--NAME`, or with `=true` or `=false`, in whatever case. */
function readSwitch(name: string, word: string, fail: Fail): string {
  const value = word.includes('=') ? word.slice(word.indexOf('=') + 1).toLowerCase() : 'true'
  if (value === 'true' || value === 'false') return value
  throw fail(`flag --${name} is "${value}"`, `write --${name}, --${name}=true or --${name}=false`)
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
