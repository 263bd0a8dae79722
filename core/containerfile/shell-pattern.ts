// SPDX-License-Identifier: Apache-2.0

/** `*` any text, `?` any one character; neither reaches over the end of a line. */
type Token = { readonly kind: 'text'; readonly char: string } | { readonly kind: 'any' | 'star' }

/** A pattern of `${x#…}` and its like, which the shell's brackets are not part of. */
export type ShellPattern = readonly Token[]

/**
 * Reads a pattern. A backslash takes the meaning of `*`, `?` and itself, and hides `/` and `}`.
 *
 * @returns undefined when a backslash stands before anything else
 * @see moby/buildkit, frontend/dockerfile/shell
 */
export function parseShellPattern(text: string): ShellPattern | undefined {
  const tokens: Token[] = []
  const chars = Array.from(text)
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? ''
    const next = chars[at + 1] ?? ''
    if (char === '*') tokens.push({ kind: 'star' })
    else if (char === '?') tokens.push({ kind: 'any' })
    else if (char !== '\\') tokens.push({ kind: 'text', char })
    else if (next === '' || !'*?\\/}'.includes(next)) return undefined
    else {
      tokens.push({ kind: 'text', char: next })
      at++
    }
  }
  return tokens
}

/** How much of what matches is taken. */
export type Reach = 'shortest' | 'longest'

/** What bounds the work: a step is one character seen by one part of a pattern. */
export interface Budget {
  steps: number
}

/** `${x#pattern}`: the value without what the pattern finds at its beginning. */
export function withoutPrefix(value: string, pattern: ShellPattern, how: Matching): string {
  const chars = Array.from(value)
  return chars.slice(matchEnd({ chars, start: 0, ...how }, pattern) ?? 0).join('')
}

/** `${x%pattern}`: without what it finds at its end. */
export function withoutSuffix(value: string, pattern: ShellPattern, how: Matching): string {
  const chars = Array.from(value).reverse()
  const end = matchEnd({ chars, start: 0, ...how }, [...pattern].reverse()) ?? 0
  return chars.slice(end).reverse().join('')
}

/** `${x/pattern/replacement}`, with two slashes in front for all matches; the longest each time. */
export function withReplaced(
  value: string,
  pattern: ShellPattern,
  { replacement, all, budget }: { replacement: string; all: boolean; budget: Budget },
): string {
  const chars = Array.from(value)
  const isStart = startsOf(chars, pattern, budget)
  const parts: string[] = []
  let lastEnd = -1
  let at = 0
  for (; at <= chars.length; ) {
    const how = { reach: 'longest', budget } as const
    const end = isStart[at] ? matchEnd({ chars, start: at, ...how }, pattern) : undefined
    // An empty match right behind another one is none, as with Go's regular expressions.
    const isMatch = end !== undefined && !(end === at && at === lastEnd)
    if (isMatch) {
      parts.push(replacement)
      lastEnd = end
      if (!all) return [...parts, ...chars.slice(end)].join('')
    }
    if (isMatch && end > at) at = end
    else parts.push(chars[at++] ?? '')
  }
  return parts.join('')
}

export interface Matching {
  readonly reach: Reach
  readonly budget: Budget
}

interface Place extends Matching {
  readonly chars: readonly string[]
  readonly start: number
}

/** Where the match ends that begins at `start`; all ways to match are followed at once. */
function matchEnd(
  { chars, start, reach, budget }: Place,
  pattern: ShellPattern,
): number | undefined {
  let found: number | undefined
  let states = withSkipped([0], pattern)
  for (let at = start; states.length > 0; at++) {
    if (states.at(-1) === pattern.length) found = at
    const char = chars[at]
    if (char === undefined || (found !== undefined && reach === 'shortest')) break
    budget.steps -= states.length
    if (budget.steps < 0) break
    states = step(states, char, pattern)
  }
  return found
}

/** Where matches begin: backwards through the value, a match may end anywhere. */
function startsOf(chars: readonly string[], pattern: ShellPattern, budget: Budget): boolean[] {
  const reversed = [...pattern].reverse()
  const isStart: boolean[] = []
  let states = withSkipped([0], reversed)
  for (let at = chars.length; at >= 0 && budget.steps >= 0; at--) {
    isStart[at] = states.at(-1) === pattern.length
    budget.steps -= states.length
    states = withSkipped([0, ...step(states, chars[at - 1] ?? '', reversed)], reversed)
  }
  return isStart
}

/** The parts of the pattern to be at after `char`, in order. */
function step(states: readonly number[], char: string, pattern: ShellPattern): number[] {
  const next: number[] = []
  for (const state of states) {
    const token = pattern[state]
    if (token === undefined) continue
    if (token.kind === 'text' ? token.char !== char : char === '\n') continue
    next.push(token.kind === 'star' ? state : state + 1)
  }
  return withSkipped(next, pattern)
}

/** A star may also stand for nothing. */
function withSkipped(states: readonly number[], pattern: ShellPattern): number[] {
  const all: number[] = []
  for (const first of states) {
    let state = first
    if ((all.at(-1) ?? -1) < state) all.push(state)
    for (; pattern[state]?.kind === 'star'; state++) {
      if ((all.at(-1) ?? -1) < state + 1) all.push(state + 1)
    }
  }
  return all
}
