// SPDX-License-Identifier: Apache-2.0
import type { InstructionLine } from './instruction-line.ts'
import type { ArgInstruction, EnvInstruction, LabelInstruction, NameValue } from './instructions.ts'
import { splitWords } from './words.ts'

/** ENV and LABEL: `NAME=value …`, or the old form, where all behind NAME is the value. */
export const parsePairs =
  (kind: 'env' | 'label') =>
  (line: InstructionLine): EnvInstruction | LabelInstruction => {
    const words = splitWords(line.rest, line.escapeToken)
    const [first = ''] = words
    const pairs = first.includes('=') ? words.map((word) => readPair(word, line)) : [oldPair(line)]
    return { kind, pairs, ...line.located }
  }

export function parseArg(line: InstructionLine): ArgInstruction {
  const args = splitWords(line.rest, line.escapeToken).map((word) =>
    word.includes('=') ? readPair(word, line) : { name: word },
  )
  return { kind: 'arg', args, ...line.located }
}

function readPair(word: string, { keyword, fail }: InstructionLine): NameValue {
  const equals = word.indexOf('=')
  if (equals < 0) throw fail(`"${word}" has no "="`, `write ${keyword} NAME=value NAME=value …`)
  if (equals === 0) throw fail(`"${word}" has no name before its "="`)
  return { name: word.slice(0, equals), value: word.slice(equals + 1) }
}

function oldPair({ keyword, rest, fail }: InstructionLine): NameValue {
  const blank = rest.search(/\s/)
  if (blank < 0) throw fail(`${keyword} needs a name and a value`, `write ${keyword} ${rest}=value`)
  return { name: rest.slice(0, blank), value: rest.slice(blank).trim() }
}
