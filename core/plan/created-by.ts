// SPDX-License-Identifier: Apache-2.0
import type { Command, Instruction } from '../containerfile/instructions.ts'
import type { State } from './state.ts'
import type { CopyStep } from './types.ts'

// The history of an image, in the words of buildah: others read them to tell the steps apart.

/** Of an instruction that runs nothing. */
export const createdWithoutRun = ({ text }: Pick<Instruction, 'text'>): string =>
  `/bin/sh -c #(nop) ${text.replace(/^\w+/, (keyword) => keyword.toUpperCase())}`

/** Of RUN: the ARGs in scope that have a value, by name, and the command. */
export function createdByRun(command: Command, { args, env }: Pick<State, 'args' | 'env'>): string {
  const values = [...args]
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${env.get(name) ?? value}`]))
    .sort()
  const text = command.form === 'shell' ? command.text : JSON.stringify(command.args)
  const counted = values.length === 0 ? [] : [`|${values.length}`, ...values]
  return [...counted, '/bin/sh', '-c', text].join(' ')
}

/**
 * Of COPY and ADD, with what was copied: known only when it was read.
 *
 * @param content `kind` of the one source, or `multi`; `hex` of its digest
 */
export function createdByCopy(
  { verb, destination }: Pick<CopyStep, 'verb' | 'destination'>,
  content: { readonly kind: 'file' | 'dir' | 'multi'; readonly hex: string },
): string {
  return createdWithoutRun({ text: `${verb} ${content.kind}:${content.hex} in ${destination}` })
}
