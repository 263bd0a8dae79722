// SPDX-License-Identifier: Apache-2.0
import { readDirectives } from './directives.ts'
import { heredocMarks, readHeredoc } from './heredoc.ts'
import type { EscapeToken, Heredoc } from './instructions.ts'
import { type SourceFile, type SourceRange, sourceError } from './source.ts'

/** One instruction as text, its continuations joined and the comments between them gone. */
export interface LogicalLine {
  /** In capitals. */
  readonly keyword: string
  /** What follows the keyword, without blanks at its ends. */
  readonly rest: string
  readonly text: string
  readonly heredocs: readonly Heredoc[]
  readonly range: SourceRange
}

export interface Lines {
  readonly file: SourceFile
  readonly escapeToken: EscapeToken
  readonly lines: readonly LogicalLine[]
}

/**
 * Cuts a Containerfile into its instructions.
 *
 * A line goes on in the next one when its last character but blanks is the escape token and the
 * one before is not; comments and empty lines between are passed over. Lines end in LF or CR LF.
 *
 * @throws TsbuildError CONTAINERFILE_INVALID for a bad directive, or a heredoc without an end
 */
export function readLines(name: string, text: string): Lines {
  const file = { name, lines: physicalLines(text) }
  refuseNul(file)
  const { escapeToken, lineCount } = readDirectives(file)
  const lines: LogicalLine[] = []
  for (let index = lineCount; index < file.lines.length; ) {
    const line = file.lines[index] ?? ''
    if (isEmpty(line) || isComment(line)) index++
    else {
      const logical = readLogicalLine({ file, escapeToken, first: index })
      lines.push(logical)
      index = logical.range.endLine
    }
  }
  return { file, escapeToken, lines }
}

/** A line end at the end of the file begins no further line. */
function physicalLines(text: string): string[] {
  const unmarked = text.startsWith('\ufeff') ? text.slice(1) : text
  const lines = unmarked.split('\n').map(withoutCarriageReturn)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** Nothing that goes to the kernel or into a config can hold one. */
function refuseNul(file: SourceFile): void {
  const index = file.lines.findIndex((line) => line.includes('\0'))
  if (index < 0) return
  throw sourceError(file, { startLine: index + 1, endLine: index + 1 }, 'a NUL byte', {
    hint: 'is it a text file? it must be UTF-8',
  })
}

interface Position {
  readonly file: SourceFile
  readonly escapeToken: EscapeToken
  /** Index of the instruction's first line. */
  readonly first: number
}

function readLogicalLine({ file, escapeToken, first }: Position): LogicalLine {
  const parts: string[] = []
  let end = first
  for (let index = first; index < file.lines.length; index++) {
    const line = file.lines[index] ?? ''
    if (index > first && (isEmpty(line) || isComment(line))) continue
    const part = continued(line, escapeToken)
    parts.push(part ?? line)
    end = index + 1
    if (part === undefined) break
  }
  const text = parts.join('').trim()
  const { keyword, rest } = splitKeyword(text)
  const { heredocs, next } = readHeredocs({ file, escapeToken, first }, { keyword, rest, end })
  return { keyword, rest, text, heredocs, range: { startLine: first + 1, endLine: next } }
}

/** The heredocs of the line, which follow it in their order. */
function readHeredocs(
  { file, escapeToken, first }: Position,
  line: { readonly keyword: string; readonly rest: string; readonly end: number },
): { heredocs: Heredoc[]; next: number } {
  const heredocs: Heredoc[] = []
  let next = line.end
  if (!takesHeredocs(line)) return { heredocs, next }
  for (const mark of heredocMarks(line.rest, escapeToken)) {
    const heredoc = readHeredoc(file.lines, next, mark)
    if (heredoc === undefined) {
      const range = { startLine: first + 1, endLine: line.end }
      throw sourceError(file, range, `heredoc "${mark.name}" has no end`, {
        hint: `end it with a line that is ${mark.name} and nothing else`,
      })
    }
    heredocs.push({ name: mark.name, content: heredoc.content, expand: mark.expand })
    next = heredoc.next
  }
  return { heredocs, next }
}

const takesHeredocs = ({ keyword, rest }: { keyword: string; rest: string }): boolean =>
  /^(?:RUN|COPY|ADD)$/.test(keyword === 'ONBUILD' ? splitKeyword(rest).keyword : keyword)

/** The line without the token that continues it; undefined when it is not continued. */
function continued(line: string, escapeToken: EscapeToken): string | undefined {
  const trimmed = line.trimEnd()
  if (!trimmed.endsWith(escapeToken)) return undefined
  return trimmed.at(-2) === escapeToken ? undefined : trimmed.slice(0, -1)
}

/** The first word, and the rest. */
export function splitKeyword(text: string): { keyword: string; rest: string } {
  const blank = text.search(/\s/)
  if (blank < 0) return { keyword: text.toUpperCase(), rest: '' }
  return { keyword: text.slice(0, blank).toUpperCase(), rest: text.slice(blank).trim() }
}

const isEmpty = (line: string): boolean => line.trim() === ''
const isComment = (line: string): boolean => line.trimStart().startsWith('#')
const withoutCarriageReturn = (line: string): string =>
  line.endsWith('\r') ? line.slice(0, -1) : line
