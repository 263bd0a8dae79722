// SPDX-License-Identifier: Apache-2.0
import type { Command, Instruction } from '../containerfile/instructions.ts'
import type { State } from './state.ts'

// The history of an image, in the words of buildah: others read them to tell the steps apart.

/** Of an instruction that runs nothing. */
export const createdWithoutRun = ({ text }: Pick<Instruction, 'text'>): string =>
  `/bin/sh -c #(nop) ${text}`

/** Of RUN: the ARGs in scope that have a value, by name, and the command. */
export function createdByRun(command: Command, { args, env }: Pick<State, 'args' | 'env'>): string {
  const values = [...args]
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${env.get(name) ?? value}`]))
    .sort()
  const text = command.form === 'shell' ? command.text : JSON.stringify(command.args)
  const counted = values.length === 0 ? [] : [`|${values.length}`, ...values]
  return [...counted, '/bin/sh', '-c', text].join(' ')
}
