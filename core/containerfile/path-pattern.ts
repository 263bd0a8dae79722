// SPDX-License-Identifier: Apache-2.0

/** A pattern for paths; here both are text: what `?` stands for is a character, not a byte. */
export interface PathPattern {
  /** Whether it names the path or one of its parents. */
  readonly matches: (path: string) => boolean
  /** Whether it may name something below a directory that it does not name itself. */
  readonly mayMatchBelow: (directory: string) => boolean
}

/** One state of the automaton: what leads on to the next one. */
type Token =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly Range[] }
  /** `?` */
  | { readonly kind: 'one' }
  /** `*`: stays as long as there is no slash. */
  | { readonly kind: 'name' }
  /** `**` at the end: stays. */
  | { readonly kind: 'rest' }
  /** `**` elsewhere: goes past the next token at once, or into it. */
  | { readonly kind: 'directories' }
  /** Stays, and leads on at each slash. */
  | { readonly kind: 'within' }
type Range = readonly [first: number, last: number]

/**
 * `*` and `?` stop at slashes, `**` does not; `[a-z]`, `[^a-z]`; a backslash takes the next
 * character as it is. `**` at the beginning without a slash behind it, `**.md`, is "ends in".
 *
 * The time is that of an automaton, pattern times path, whatever the pattern.
 *
 * @returns undefined for a class without end
 */
export function compilePattern(pattern: string): PathPattern | undefined {
  const ending = pattern.startsWith('**') ? pattern.slice(2) : undefined
  if (ending !== undefined && isPlain(ending)) {
    return { matches: (path) => `/${path}/`.includes(`${ending}/`), mayMatchBelow: () => true }
  }
  if (isPlain(pattern)) {
    return {
      matches: (path) => `${path}/`.startsWith(`${pattern}/`),
      mayMatchBelow: (directory) => pattern.startsWith(`${directory}/`),
    }
  }
  const characters = [...pattern]
  const tokens = readTokens(characters)
  if (tokens === undefined) return undefined
  const plainFrom = characters.findLastIndex((character) => !isPlain(character)) + 1
  const tail = `${characters.slice(plainFrom).join('')}/`
  return {
    matches: (path) => `${path}/`.includes(tail) && run(tokens, path) === 'matched',
    mayMatchBelow: (directory) => run(tokens, `${directory}/`) !== 'dead',
  }
}

const isPlain = (pattern: string): boolean => !/[*?[\]\\]/.test(pattern)

function readTokens(characters: readonly string[]): Token[] | undefined {
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (character === '*' && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1
      if (at === characters.length - 1) tokens.push({ kind: 'rest' })
      else tokens.push({ kind: 'directories' }, { kind: 'within' })
    } else if (character === '*') tokens.push({ kind: 'name' })
    else if (character === '?') tokens.push({ kind: 'one' })
    else if (character === '[') {
      const found = readClass(characters, at + 1)
      if (found === undefined) return undefined
      tokens.push(found.token)
      at = found.end
    } else if (character === '\\' && at + 1 < characters.length) {
      tokens.push({ kind: 'character', character: characters[++at] ?? '' })
    } else tokens.push({ kind: 'character', character })
  }
  return tokens
}

/** @param start behind the `[`; `end` is the `]` */
function readClass(
  characters: readonly string[],
  start: number,
): { token: Token; end: number } | undefined {
  const negated = characters[start] === '^'
  const ranges: Range[] = []
  let at = negated ? start + 1 : start
  const next = (): number => {
    if (characters[at] === '\\') at++
    return characters[at++]?.codePointAt(0) ?? -1
  }
  while (at < characters.length && characters[at] !== ']') {
    const first = next()
    if (characters[at] !== '-' || characters[at + 1] === ']') ranges.push([first, first])
    else {
      at++
      ranges.push([first, next()])
    }
  }
  if (at >= characters.length || ranges.length === 0) return undefined
  return { token: { kind: 'class', negated, ranges }, end: at }
}

/** `matched` as soon as the path so far is one whole name, at a slash or at the end. */
function run(tokens: readonly Token[], path: string): 'matched' | 'alive' | 'dead' {
  let states = reach(tokens, new Set([0]))
  for (const character of path) {
    if (character === '/' && states.has(tokens.length)) return 'matched'
    const next = new Set<number>()
    for (const state of states) step(tokens, { state, character, next })
    if (next.size === 0) return 'dead'
    states = reach(tokens, next)
  }
  return states.has(tokens.length) && path !== '' ? 'matched' : 'alive'
}

function step(
  tokens: readonly Token[],
  { state, character, next }: { state: number; character: string; next: Set<number> },
): void {
  const token = tokens[state]
  switch (token?.kind) {
    case 'character':
      if (character === token.character) next.add(state + 1)
      break
    case 'class':
      if (inClass(token, character)) next.add(state + 1)
      break
    case 'one':
      if (character !== '/') next.add(state + 1)
      break
    case 'name':
      if (character !== '/') next.add(state)
      break
    case 'rest':
      next.add(state)
      break
    case 'within':
      next.add(state)
      if (character === '/') next.add(state + 1)
      break
    default: // the end, and `directories`, which takes nothing itself
  }
}

function inClass({ negated, ranges }: Token & { kind: 'class' }, character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return ranges.some(([first, last]) => first <= code && code <= last) !== negated
}

/** The states and all that they lead to without a character. */
function reach(tokens: readonly Token[], states: Set<number>): Set<number> {
  // What is added to a set while it is walked is walked too.
  for (const state of states) {
    const kind = tokens[state]?.kind
    if (kind === 'name' || kind === 'rest') states.add(state + 1)
    if (kind === 'directories') states.add(state + 1).add(state + 2)
  }
  return states
}
