// SPDX-License-Identifier: Apache-2.0
import type { EscapeToken } from './instructions.ts'

/**
 * The words between blanks, as written: quotes hold a word together and stay, as do escapes. A
 * quote without its end reaches to the end of the text; expansion complains of it.
 */
export function splitWords(text: string, escapeToken: EscapeToken): string[] {
  const words: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = wordEnd(text, at, escapeToken)
    if (end > at) words.push(text.slice(at, end))
    at = Math.max(end, at + 1)
  }
  return words
}

/** Where the word ends that begins at `start`; there at once when a blank stands there. */
export function wordEnd(text: string, start: number, escapeToken: EscapeToken): number {
  let quote = ''
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at)
    if (quote === '' && isBlank(char)) return at
    // Nothing is escaped between single quotes.
    if (char === escapeToken && quote !== "'") at++
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
  }
  return text.length
}

/** A word without its quotes and escapes; what they hid stays as it is. */
export function unquote(word: string): string {
  let text = ''
  let quote = ''
  for (let at = 0; at < word.length; at++) {
    const char = word.charAt(at)
    if (char === quote) quote = ''
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === '\\') text += word.charAt(++at)
    else text += char
  }
  return text
}

const isBlank = (char: string): boolean => /\s/.test(char)

/** The words between blanks, whatever quotes are in them. */
export const splitBlanks = (text: string): string[] =>
  text.split(/\s+/).filter((word) => word !== '')

/**
 * A JSON array of strings, `undefined` for a text that is no JSON array, `'mixed'` for an array
 * that holds something else.
 */
export function jsonStrings(text: string): readonly string[] | undefined | 'mixed' {
  if (!text.startsWith('[')) return undefined
  const value = parseJson(text)
  if (!Array.isArray(value)) return undefined
  return value.every((item) => typeof item === 'string') ? value : 'mixed'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
