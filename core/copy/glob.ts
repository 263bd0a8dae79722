// SPDX-License-Identifier: Apache-2.0
import { fromBytes } from '../lib/bytes.ts'

/** Whether a part of a path is a pattern: a backslash makes it one too. */
export const isPattern = (part: string): boolean => /[*?[\\]/.test(part)

/**
 * A test for names, from one part of a path: `*` is any run of characters, `?` one, `[a-z]` and
 * `[^a-z]` one of them or of the others, `\` takes the next as it is. A dot in front is nothing
 * special. Names and patterns are byte strings that are read as UTF-8.
 *
 * @returns undefined for a pattern that is not closed, or has a range that is upside down
 * @see Go, path/filepath.Match
 */
export function globTest(pattern: string): ((name: string) => boolean) | undefined {
  const parts: Part[] = []
  const text = fromBytes(pattern)
  for (let at = 0; at < text.length; ) {
    const [, token, set] = TOKEN.exec(text.slice(at)) ?? []
    const part = token === undefined ? undefined : partOf(token, set)
    if (token === undefined || part === undefined) return undefined
    parts.push(part)
    at += token.length
  }
  return (name) => matches(parts, [...fromBytes(name)])
}

type Part = 'any run' | ((character: string) => boolean)

const TOKEN = /^(\*+|\?|\[(\^?(?:\\.|[^\\\]])+)\]|\\.|[^[\\])/su

function partOf(token: string, set: string | undefined): Part | undefined {
  if (token.startsWith('*')) return 'any run'
  if (token === '?') return () => true
  if (set !== undefined) return setTest(set)
  const wanted = token.startsWith('\\') ? token.slice(1) : token
  return (character) => character === wanted
}

function setTest(set: string): Part | undefined {
  const negated = set.startsWith('^')
  const ranges: (readonly [low: string, high: string])[] = []
  const rest = negated ? set.slice(1) : set
  for (let at = 0; at < rest.length; ) {
    const [all, low = '', high = low] = RANGE.exec(rest.slice(at)) ?? []
    if (all === undefined) return undefined
    const range = [bare(low), bare(high)] as const
    if (range[1] < range[0]) return undefined
    ranges.push(range)
    at += all.length
  }
  return (one) => ranges.some(([low, high]) => one >= low && one <= high) !== negated
}

/** A character that is not `-`, and maybe another one behind a `-`. */
const RANGE = /^(\\.|[^\\-])(?:-(\\.|[^\\-]))?/su

const bare = (escaped: string) => (escaped.length > 1 ? escaped.replace(/^\\/, '') : escaped)

/** One step back is enough: to the run that was met last. So the time is at most their product. */
function matches(parts: readonly Part[], name: readonly string[]): boolean {
  let [part, at] = [0, 0]
  let back: { part: number; at: number } | undefined
  while (at < name.length || part < parts.length) {
    const test = parts[part]
    const character = name[at]
    if (test === 'any run') {
      back = { part, at: at + 1 }
      part += 1
    } else if (test !== undefined && character !== undefined && test(character)) {
      part += 1
      at += 1
    } else {
      if (back === undefined || back.at > name.length) return false
      part = back.part
      at = back.at
    }
  }
  return true
}
