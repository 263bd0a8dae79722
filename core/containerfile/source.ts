// SPDX-License-Identifier: Apache-2.0
import { type ErrorCode, type ErrorContext, TsbuildError } from '../lib/errors.ts'

/** Lines of a Containerfile, counted from 1; both ends are in it. */
export interface SourceRange {
  readonly startLine: number
  readonly endLine: number
}

/** What an excerpt is cut from. */
export interface SourceFile {
  /** What messages call it: the path as the user wrote it. */
  readonly name: string
  /** Without line ends. */
  readonly lines: readonly string[]
}

/** Lines shown before and after the marked ones. */
const around = 2
/** Of a long instruction the first lines are shown. */
const markedMax = 12
const columnsMax = 160

export interface SourceErrorContext extends Omit<ErrorContext, 'excerpt'> {
  /** CONTAINERFILE_INVALID where the text itself is at fault. */
  readonly code?: ErrorCode
}

/**
 * An error at a place of the user's text: `FILE:LINE: message`, with an excerpt.
 *
 * @param message what is wrong there: lower case, no full stop
 */
export function sourceError(
  file: SourceFile,
  range: SourceRange,
  message: string,
  { code = 'CONTAINERFILE_INVALID', ...context }: SourceErrorContext = {},
): TsbuildError {
  const place = `${file.name}:${range.startLine}`
  const shown = excerpt(file, range)
  return new TsbuildError(code, `${place}: ${message}`, { ...context, excerpt: shown || undefined })
}

/** The lines of the range marked by `>>>`, and those around them, all numbered. */
function excerpt({ lines }: SourceFile, { startLine, endLine }: SourceRange): string {
  const last = Math.min(endLine, startLine + markedMax - 1)
  const from = Math.max(1, startLine - around)
  const to = Math.min(lines.length, last === endLine ? last + around : last)
  const width = String(to).length
  const shown = lines.slice(from - 1, to).map((line, index) => {
    const number = from + index
    const mark = number >= startLine && number <= last ? '>>>' : '   '
    return `${mark} ${String(number).padStart(width)} | ${cut(line)}`.trimEnd()
  })
  return [...shown, ...(last < endLine ? [`>>> … up to line ${endLine}`] : [])].join('\n')
}

const cut = (line: string): string =>
  line.length <= columnsMax ? line : `${line.slice(0, columnsMax)}…`
