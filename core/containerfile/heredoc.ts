// SPDX-License-Identifier: Apache-2.0
import type { EscapeToken } from './instructions.ts'
import { splitWords } from './words.ts'

/** The beginning of a heredoc: `<<NAME`, `<<-NAME`, `<<"NAME"`. */
export interface HeredocMark {
  readonly name: string
  /** Whether leading tabs are dropped. */
  readonly chomp: boolean
  readonly expand: boolean
}

const shape = /^\d*<<(-?)([^<]+)$/

/** The marks among the words of an instruction. */
export function heredocMarks(text: string, escapeToken: EscapeToken): HeredocMark[] {
  if (!text.includes('<<')) return []
  return splitWords(text, escapeToken).flatMap((word) => heredocMark(word) ?? [])
}

export function heredocMark(word: string): HeredocMark | undefined {
  const match = shape.exec(word)
  const written = match?.[2] ?? ''
  const name = written.replaceAll(/["']/g, '')
  if (match === null || !isFileName(name)) return undefined
  return { name, chomp: match[1] === '-', expand: name === written }
}

/** COPY gives the document this name. */
const isFileName = (name: string): boolean => /^[\w.-]+$/.test(name) && !/^\.\.?$/.test(name)

/** The document from `lines[start]`, and the index behind its end; undefined without an end. */
export function readHeredoc(
  lines: readonly string[],
  start: number,
  { name, chomp }: HeredocMark,
): { content: string; next: number } | undefined {
  const content: string[] = []
  for (let index = start; index < lines.length; index++) {
    const line = (lines[index] ?? '').replace(chomp ? /^\t+/ : '', '')
    if (line === name) return { content: content.join(''), next: index + 1 }
    content.push(`${line}\n`)
  }
  return undefined
}
