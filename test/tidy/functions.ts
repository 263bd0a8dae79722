// SPDX-License-Identifier: Apache-2.0

export interface FunctionSpan {
  /** Its first line, trimmed. */
  readonly head: string
  /** From 1. */
  readonly line: number
  readonly length: number
}

/**
 * The functions of a formatted TypeScript source and how many lines each takes.
 *
 * It goes by the formatter's indentation and needs no parser: a function starts at a line that
 * opens a body and ends at the next line of the same indentation. The callback of `describe` is
 * a list of tests, no function.
 */
export function typescriptFunctions(text: string): FunctionSpan[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!opensFunction(line)) return []
    const indent = indentOf(line)
    const first = line.trimStart().startsWith(')') ? headOf(lines, index, indent) : index
    const head = lines[first] ?? ''
    if (/\bdescribe\(/.test(head)) return []
    const last = lines.findIndex((later, at) => at > index && closes(later, indent))
    return [{ head: head.trim(), line: first + 1, length: last - first + 1 }]
  })
}

/** The functions of a C source: what opens at the left margin and closes there. */
export function cFunctions(text: string): FunctionSpan[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!/^(?:[a-z].*|\s.*)\) \{$|^\{$/.test(line) || /^\s+(if|for|while|switch)\b/.test(line))
      return []
    const first = /^[a-z]/.test(line) ? index : headOf(lines, index, 0)
    const opensAtMargin = /^[a-z]/.test(lines[first] ?? '')
    const last = lines.indexOf('}', index)
    if (!opensAtMargin || last < 0 || nested(lines, first, index)) return []
    return [{ head: (lines[first] ?? '').trim(), line: first + 1, length: last - first + 1 }]
  })
}

const opensFunction = (line: string): boolean =>
  /(=>|\)(: .+)?) \{$/.test(line) && !/^\s*(\}\s*)?(if|else|for|while|switch|catch)\b/.test(line)

const indentOf = (line: string): number => line.length - line.trimStart().length

const closes = (line: string, indent: number): boolean =>
  indentOf(line) === indent && /^[}\])]/.test(line.trimStart())

/** The line that a header of several lines begins with. */
function headOf(lines: readonly string[], index: number, indent: number): number {
  for (let at = index - 1; at >= 0; at--) {
    const line = lines[at] ?? ''
    if (line !== '' && indentOf(line) <= indent) return at
  }
  return index
}

/** Whether a body was opened or closed in between: then the line is inside of a function. */
const nested = (lines: readonly string[], first: number, index: number): boolean =>
  lines.slice(first, index).some((line) => line.endsWith('{') || line === '}' || line.endsWith(';'))
