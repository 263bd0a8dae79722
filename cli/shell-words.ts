// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../core/lib/errors.ts'

/**
 * Splits a command as a shell does: at blanks, with '…', "…" and backslashes, nothing expanded.
 *
 * @throws TsbuildError USAGE for an open quote, and for what only a shell could carry out:
 *   `|`, `&`, `;`, `<` and `>` outside quotes
 */
export function shellWords(text: string): string[] {
  const parts = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^\s'"\\|&;<>]+)|(\s+)/sy
  const words: string[] = []
  let word: string | undefined
  let at = 0
  for (let match = parts.exec(text); match !== null; match = parts.exec(text)) {
    at = parts.lastIndex
    const [, single, double, escaped, bare, blank] = match
    if (blank === undefined) {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`\n])/g, '$1') ?? escaped ?? bare)
    } else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (at < text.length) throw refused(text, at)
  return word === undefined ? words : [...words, word]
}

function refused(text: string, at: number): TsbuildError {
  const open = /['"\\]/.test(text.charAt(at))
  const problem = open ? 'a quote is not closed' : `"${text.charAt(at)}" needs a shell`
  return new TsbuildError('USAGE', `cannot split ${JSON.stringify(text)} into words: ${problem}`, {
    hint: `give a JSON array: '["sh", "-c", "…"]'`,
  })
}
