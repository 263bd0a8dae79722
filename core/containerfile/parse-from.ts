// SPDX-License-Identifier: Apache-2.0
import type { InstructionLine } from './instruction-line.ts'
import type { FromInstruction } from './instructions.ts'
import { splitBlanks } from './words.ts'

const stageName = /^[a-z][a-z0-9_.-]*$/

export function parseFrom({ rest, flags, located, fail }: InstructionLine): FromInstruction {
  const [image = '', as, written, ...more] = splitBlanks(rest)
  if (more.length > 0 || (as !== undefined && (!/^as$/i.test(as) || written === undefined))) {
    throw fail('FROM takes an image, and maybe AS with a name', 'write FROM IMAGE [AS NAME]')
  }
  const name = written?.toLowerCase()
  if (name !== undefined && !stageName.test(name)) {
    throw fail(
      `stage name "${written}" is not valid`,
      'it begins with a letter; digits, "_", "." and "-" may follow',
    )
  }
  const platform = flags.text('platform')
  return {
    kind: 'from',
    image,
    ...(name === undefined ? {} : { as: name }),
    ...(platform === undefined ? {} : { platform }),
    ...located,
  }
}
