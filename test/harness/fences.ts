// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.ts'

/** A block of code in a Markdown file. */
export interface Fence {
  /** Relative to the checkout. */
  readonly file: string
  /** Of the first line inside, from 1. */
  readonly line: number
  /** What stands behind the three backquotes. */
  readonly language: string
  readonly text: string
}

/** A line that is typed, and what is printed for it. */
export interface Typed {
  readonly line: number
  readonly command: string
  /** Lines as the page shows them; empty when it shows none. */
  readonly output: string
}

/** The pages with commands: README, CONTRIBUTING, man pages, examples. */
export function pages(): string[] {
  const markdown = (folder: string) =>
    existsSync(join(repository, folder))
      ? readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.md'))
          .map((name) => `${folder}/${name}`)
      : []
  return ['README.md', 'CONTRIBUTING.md', ...markdown('man'), ...markdown('examples')].filter(
    (path) => existsSync(join(repository, path)),
  )
}

export const fencesOf = (file: string): Fence[] =>
  parseFences(file, readFileSync(join(repository, file), 'utf8'))

/** The blocks between lines of three backquotes. @see CommonMark, "Fenced code blocks" */
export function parseFences(file: string, text: string): Fence[] {
  const fences: Fence[] = []
  let open: { line: number; language: string; body: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const [, language] = /^```(.*)$/.exec(line) ?? []
    if (language === undefined) open?.body.push(line)
    else if (open === undefined) open = { line: index + 2, language: language.trim(), body: [] }
    else {
      const { body, ...rest } = open
      fences.push({ file, ...rest, text: body.join('\n') })
      open = undefined
    }
  }
  return fences
}

/** The lines of a `console` block that begin with `$ `; one that ends in `\` goes on. */
export function typedLines({ line, text }: Fence): Typed[] {
  const typed: { line: number; command: string; output: string[] }[] = []
  let goesOn = false
  for (const [index, row] of text.split('\n').entries()) {
    const last = typed.at(-1)
    if (goesOn && last !== undefined) last.command += `\n${row}`
    else if (row.startsWith('$ '))
      typed.push({ line: line + index, command: row.slice(2), output: [] })
    else last?.output.push(row)
    goesOn = row.endsWith('\\') && (goesOn || row.startsWith('$ '))
  }
  return typed.map((one) => ({ ...one, output: one.output.join('\n') }))
}

/** Whether what was printed is what the page shows; `…` on the page stands for anything. */
export function agrees(shown: string, printed: string): boolean {
  if (shown.trim() === '') return true
  const pattern = shown.trimEnd().split('…').map(escaped).join('[\\s\\S]*?')
  return new RegExp(`^${pattern}\\s*$`).test(printed)
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
