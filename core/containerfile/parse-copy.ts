// SPDX-License-Identifier: Apache-2.0
import { heredocMark } from './heredoc.ts'
import type { InstructionLine } from './instruction-line.ts'
import type { CopyInstruction } from './instructions.ts'
import { jsonStrings, splitBlanks } from './words.ts'

/** COPY and ADD. */
export function parseCopy(line: InstructionLine): CopyInstruction {
  const { keyword, rest, flags, heredocs, located, fail } = line
  const json = jsonStrings(rest)
  if (json === 'mixed') throw fail('the JSON array holds something that is no string')
  const words = json ?? splitBlanks(rest)
  const destination = words.at(-1)
  if (destination === undefined || words.length < 2) {
    throw fail(`${keyword} needs a source and a destination`)
  }
  const named = words.slice(0, -1)
  const [from, chown, chmod] = [flags.text('from'), flags.text('chown'), flags.text('chmod')]
  const exclude = flags.list('exclude')
  if (from !== undefined && heredocs.length > 0)
    throw fail('a heredoc cannot come --from elsewhere')
  return {
    kind: 'copy',
    verb: keyword === 'ADD' ? 'ADD' : 'COPY',
    sources: heredocs.length === 0 ? named : named.filter((word) => !heredocMark(word)),
    heredocs,
    destination,
    ...(from === undefined ? {} : { from }),
    ...(chown === undefined ? {} : { chown }),
    ...(chmod === undefined ? {} : { chmod }),
    ...(exclude.length === 0 ? {} : { exclude }),
    ...(flags.isOn('parents') ? { parents: true } : {}),
    ...located,
  }
}
