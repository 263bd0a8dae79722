// SPDX-License-Identifier: Apache-2.0
import type { TsbuildError } from '../lib/errors.ts'
import type { EscapeToken } from './instructions.ts'
import { substitute, takesPattern } from './substitution.ts'

/** What an expansion sees. */
export interface Expansion {
  readonly valueOf: (name: string) => string | undefined
  readonly escapeToken: EscapeToken
  /** Makes the error for the instruction that the word is of. */
  readonly fail: (message: string, hint?: string) => TsbuildError
}

/** What one word may become: doubling a variable line by line ends here. */
const lengthMax = 1 << 20
/** `${a:-${b:-…}}` */
const depthMax = 64

/** Of patterns: one character seen by one part of a pattern is a step. */
const stepsMax = 20_000_000

/**
 * A word with its variables put in, and its quotes and escapes gone: `$x`, `${x}`, and
 * `${x:-word}`, `:+`, `:?`, each also without the colon, which then asks only whether x is set;
 * `${x#pattern}`, `##`, `%` and `%%`, which take off, and `${x/pattern/text}` and `//`.
 *
 * @throws what `fail` makes, for a quote or brace without end, `:?`, and results over 1 MiB
 * @see Dockerfile reference, "Environment replacement"; moby/buildkit, dockerfile/shell
 */
export const expandWord = (word: string, expansion: Expansion): string =>
  expandPieces(word, expansion)
    .map(({ text }) => text)
    .join('')

/** The same, cut at the blanks that were in no quotes: also at those that a variable brought. */
export function expandWords(word: string, expansion: Expansion): string[] {
  const words: string[] = []
  let current = ''
  for (const { text, whole } of expandPieces(word, expansion)) {
    const [first = '', ...more] = whole ? [text] : text.split(/\s+/)
    current += first
    for (const next of more) {
      if (current !== '') words.push(current)
      current = next
    }
  }
  return current === '' ? words : [...words, current]
}

/** The text of a heredoc: quotes stand for themselves. */
export function expandText(text: string, expansion: Expansion): string {
  const cursor = cursorOf(text, expansion, 'kept')
  return readPieces(cursor, '')
    .map((piece) => piece.text)
    .join('')
}

interface Piece {
  readonly text: string
  /** Quoted or escaped: its blanks do not end a word. */
  readonly whole: boolean
}

interface Cursor extends Expansion {
  readonly text: string
  readonly quotes: 'removed' | 'kept'
  /** Escapes stay as they are: they belong to a pattern. */
  raw: boolean
  at: number
  depth: number
  /** What may still come out. */
  left: number
  readonly budget: { steps: number }
}

const cursorOf = (text: string, expansion: Expansion, quotes: Cursor['quotes']): Cursor => ({
  ...expansion,
  text,
  quotes,
  raw: false,
  at: 0,
  depth: 0,
  left: lengthMax,
  budget: { steps: stepsMax },
})

function expandPieces(word: string, expansion: Expansion): Piece[] {
  if (!/[$'"\\`]/.test(word) && word.length <= lengthMax) return [{ text: word, whole: false }]
  return readPieces(cursorOf(word, expansion, 'removed'), '')
}

/** What stands for itself; `y`: used only with a place set just before. */
const plainRun = { removed: /[^$'"\\`}/]+/y, kept: /[^$\\`}/]+/y }

/** Up to `end`, which is taken off; the empty text is the end of all. */
function readPieces(cursor: Cursor, end: '' | '}' | '/'): Piece[] {
  const pieces: Piece[] = []
  const plain = plainRun[cursor.quotes]
  for (; cursor.at < cursor.text.length; ) {
    const char = cursor.text.charAt(cursor.at)
    if (char === end) {
      cursor.at++
      return pieces
    }
    plain.lastIndex = cursor.at
    const run = plain.exec(cursor.text)?.[0]
    if (run !== undefined) {
      cursor.at += run.length
      pieces.push({ text: spend(cursor, run), whole: false })
    } else pieces.push(readSpecial(cursor, char))
  }
  if (end === '') return pieces
  const missing = end === '}' ? 'closing brace' : 'second slash'
  throw cursor.fail(`"${shorten(cursor.text)}" has no ${missing}`)
}

function readSpecial(cursor: Cursor, char: string): Piece {
  if (char === '$') return { text: readVariable(cursor), whole: false }
  if (char === "'" && cursor.quotes === 'removed') {
    return { text: readSingleQuoted(cursor), whole: true }
  }
  if (char === '"' && cursor.quotes === 'removed') {
    return { text: readDoubleQuoted(cursor), whole: true }
  }
  cursor.at++
  if (char !== cursor.escapeToken) return { text: spend(cursor, char), whole: false }
  return { text: readEscaped(cursor), whole: true }
}

/** The character behind an escape token. In a heredoc the token escapes only `$` and itself. */
function readEscaped(cursor: Cursor): string {
  const char = cursor.text.charAt(cursor.at)
  if (cursor.raw) {
    cursor.at += char.length
    return spend(cursor, `${cursor.escapeToken}${char}`)
  }
  const taken = cursor.quotes === 'removed' || char === '$' || char === cursor.escapeToken
  if (!taken) return spend(cursor, cursor.escapeToken)
  cursor.at += char.length
  return spend(cursor, char)
}

function readSingleQuoted(cursor: Cursor): string {
  const end = cursor.text.indexOf("'", cursor.at + 1)
  if (end < 0) throw unclosed(cursor, 'single')
  const text = cursor.text.slice(cursor.at + 1, end)
  cursor.at = end + 1
  return spend(cursor, text)
}

/** The escape token is kept before what needs no escape here. */
function readDoubleQuoted(cursor: Cursor): string {
  const parts: string[] = []
  for (cursor.at++; cursor.at < cursor.text.length; ) {
    const char = cursor.text.charAt(cursor.at)
    if (char === '$') {
      parts.push(readVariable(cursor))
      continue
    }
    cursor.at++
    if (char === '"') return parts.join('')
    const next = cursor.text.charAt(cursor.at)
    const escapes = char === cursor.escapeToken && ['"', '$', cursor.escapeToken].includes(next)
    if (escapes) cursor.at++
    const kept = cursor.raw && char === cursor.escapeToken ? char : ''
    parts.push(spend(cursor, `${kept}${escapes ? next : char}`))
  }
  throw unclosed(cursor, 'double')
}

/** A name, a number, or one of the shell's own parameters. */
const namePattern = /[\p{L}_][\p{L}\p{Nd}_]*|\p{Nd}+|[@*#?\-$!]/uy

function readVariable(cursor: Cursor): string {
  cursor.at++
  const braces = cursor.text.charAt(cursor.at) === '{'
  if (!braces) {
    const name = readName(cursor)
    return spend(cursor, name === '' ? '$' : (cursor.valueOf(name) ?? ''))
  }
  cursor.at++
  const name = readName(cursor)
  const operator = /\}|:?[-+?]|[#%]|\/\/?/y
  operator.lastIndex = cursor.at
  const found = operator.exec(cursor.text)?.[0]
  if (name === '' || found === undefined) throw badSubstitution(cursor)
  cursor.at += found.length
  const value = cursor.valueOf(name)
  if (found === '}') return spend(cursor, value ?? '')
  const words = readWords(cursor, found)
  const result = substitute({ name, value, operator: found, ...words }, cursor)
  return result === words.word ? result : spend(cursor, result) // a word was counted as it was read
}

/** The words behind an operator are expanded whether they count or not, as everywhere. */
function readWords(cursor: Cursor, operator: string): { word: string; replacement: string } {
  if (++cursor.depth > depthMax) throw cursor.fail('variables are nested too deeply')
  const { raw } = cursor
  cursor.raw = takesPattern(operator)
  const read = (end: '}' | '/') =>
    readPieces(cursor, end)
      .map(({ text }) => text)
      .join('')
  const word = read(operator.startsWith('/') ? '/' : '}')
  const replacement = operator.startsWith('/') ? read('}') : ''
  cursor.raw = raw
  cursor.depth--
  return { word, replacement }
}

function readName(cursor: Cursor): string {
  namePattern.lastIndex = cursor.at
  const name = namePattern.exec(cursor.text)?.[0] ?? ''
  cursor.at += name.length
  return name
}

function badSubstitution(cursor: Cursor): TsbuildError {
  if (!cursor.text.includes('}', cursor.at)) {
    return cursor.fail(`"${shorten(cursor.text)}" has no closing brace`)
  }
  return cursor.fail(
    `"${shorten(cursor.text)}" is no substitution that is known`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what one writes
    'write $NAME, ${NAME}, or ${NAME:-word} with one of :- - :+ + :? ? # ## % %% / //',
  )
}

const unclosed = (cursor: Cursor, kind: string): TsbuildError =>
  cursor.fail(
    `${shorten(cursor.text)} has no closing ${kind} quote`,
    'names with blanks are written as a JSON array: COPY ["a b", "/c"]',
  )

function spend(cursor: Cursor, text: string): string {
  cursor.left -= text.length
  if (cursor.left < 0) throw cursor.fail('variables make this longer than 1 MiB')
  return text
}

const shorten = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 60)}…`)
