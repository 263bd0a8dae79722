// SPDX-License-Identifier: Apache-2.0
import { posix } from 'node:path'
import { fromBytes } from '../lib/bytes.ts'
import { compilePattern, type PathPattern } from './path-pattern.ts'
import { type SourceFile, sourceError } from './source.ts'

/** Which paths of a context do not count. Paths are byte strings, relative, without `.`, `..`. */
export interface IgnoreMatcher {
  readonly ignores: (path: string) => boolean
  /**
   * False when all below a directory is excluded, as the directory itself: it need not be read.
   * Errs on the side of true.
   */
  readonly mayContain: (directory: string) => boolean
}

interface Rule extends PathPattern {
  /** `!pattern`: takes paths back in. */
  readonly negated: boolean
}

/**
 * The rules of an ignore file. A path counts as named by a pattern when one of its parents is, and
 * the last pattern that names it decides.
 *
 * @throws TsbuildError CONTAINERFILE_INVALID for a `!` alone and a `[` without end
 * @see moby/patternmatcher; Docker documentation, ".dockerignore files"
 */
export function compileIgnore(source: { name: string; text: string }): IgnoreMatcher {
  const unmarked = source.text.startsWith('\ufeff') ? source.text.slice(1) : source.text
  const file = { name: source.name, lines: unmarked.split(/\r?\n/) }
  const rules = file.lines.flatMap((_, index) => readRule(file, index) ?? [])
  const backwards = rules.reverse()
  return {
    ignores: (path) => {
      const text = textOf(path)
      const rule = backwards.find(({ matches }) => matches(text))
      return rule !== undefined && !rule.negated
    },
    mayContain: (path) => {
      const directory = textOf(path)
      // What names the directory names all below it: only a later pattern can take some back in.
      const last = backwards.findIndex(({ matches }) => matches(directory))
      if (last < 0 || backwards[last]?.negated) return true
      return backwards.slice(0, last).some((rule) => rule.negated && rule.mayMatchBelow(directory))
    },
  }
}

function readRule(file: SourceFile, index: number): Rule | undefined {
  const line = file.lines[index] ?? ''
  const text = line.trim()
  if (line.startsWith('#') || text === '') return undefined
  const negated = text.startsWith('!')
  const written = negated ? text.slice(1).trim() : text
  const range = { startLine: index + 1, endLine: index + 1 }
  if (written === '') {
    throw sourceError(file, range, '"!" without a pattern', { hint: 'write !PATTERN, or leave it' })
  }
  const pattern = compilePattern(cleaned(written))
  if (pattern !== undefined) return { ...pattern, negated }
  throw sourceError(file, range, `"${written}" is no valid pattern`, {
    hint: 'close the "[" with a "]", or write \\[ for the character itself',
  })
}

/**
 * A pattern of ignore files, for paths that are byte strings.
 *
 * @returns undefined for a `[` without end
 */
export function compileInclude(pattern: string): PathPattern | undefined {
  const compiled = compilePattern(cleaned(pattern))
  return (
    compiled && {
      matches: (path) => compiled.matches(textOf(path)),
      mayMatchBelow: (directory) => compiled.mayMatchBelow(textOf(directory)),
    }
  )
}

/** Without `.`, `..`, doubled slashes, and slashes at its ends: all is relative to the context. */
function cleaned(pattern: string): string {
  const clean = posix.normalize(pattern)
  return clean.slice(clean.startsWith('/') ? 1 : 0, clean.endsWith('/') ? -1 : undefined)
}

/** Most paths are ASCII, and their own text. */
const textOf = (path: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  /^[\u0000-\u007f]*$/.test(path) ? path : fromBytes(path)
