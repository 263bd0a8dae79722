// SPDX-License-Identifier: Apache-2.0
import type { InstructionLine } from './instruction-line.ts'
import type { ListInstruction } from './instructions.ts'
import { jsonStrings, splitBlanks } from './words.ts'

/** EXPOSE takes words; VOLUME words or a JSON array. */
export const parseList =
  (kind: 'expose' | 'volume') =>
  ({ rest, located, fail }: InstructionLine): ListInstruction => {
    const json = kind === 'volume' ? jsonStrings(rest) : undefined
    if (json === 'mixed') throw fail('the JSON array holds something that is no string')
    if (json?.length === 0) throw fail('VOLUME needs an argument')
    return { kind, values: json ?? splitBlanks(rest), ...located }
  }
