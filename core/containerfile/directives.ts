// SPDX-License-Identifier: Apache-2.0
import type { EscapeToken } from './instructions.ts'
import { type SourceFile, sourceError } from './source.ts'

const known = ['syntax', 'escape', 'check', 'platform']

export interface Directives {
  readonly escapeToken: EscapeToken
  /** How many lines they take; the file proper begins behind them. */
  readonly lineCount: number
}

/**
 * The directives at the top of a file, `# NAME=VALUE`. Any other line ends them, an ordinary
 * comment too; `syntax`, `check` and `platform` say nothing to this parser.
 *
 * @throws TsbuildError CONTAINERFILE_INVALID for one that comes twice, or an unknown escape token
 * @see Dockerfile reference, "Parser directives"
 */
export function readDirectives(file: SourceFile): Directives {
  const seen = new Map<string, string>()
  let lineCount = 0
  for (const line of file.lines) {
    const directive = asDirective(line)
    if (directive === undefined) break
    lineCount++
    const range = { startLine: lineCount, endLine: lineCount }
    if (seen.has(directive.name)) {
      throw sourceError(file, range, `directive "${directive.name}" is there twice`)
    }
    if (directive.name === 'escape' && !isEscapeToken(directive.value)) {
      throw sourceError(file, range, `escape token "${directive.value}" is not known`, {
        hint: 'it is the backslash, which needs no directive, or the backtick',
      })
    }
    seen.set(directive.name, directive.value)
  }
  return { escapeToken: seen.get('escape') === '`' ? '`' : '\\', lineCount }
}

function asDirective(line: string): { name: string; value: string } | undefined {
  const text = line.trim()
  const equals = text.indexOf('=')
  if (!text.startsWith('#') || equals < 0) return undefined
  const name = text.slice(1, equals).trim().toLowerCase()
  const value = text.slice(equals + 1).trim()
  return known.includes(name) && value !== '' ? { name, value } : undefined
}

const isEscapeToken = (text: string): text is EscapeToken => text === '\\' || text === '`'
