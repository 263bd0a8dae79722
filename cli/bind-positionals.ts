// SPDX-License-Identifier: Apache-2.0
import { type CommandTable, type Positional, synopsis, type Values } from './command.ts'
import { orList, usageError } from './usage.ts'

/**
 * Gives each positional of the table its words.
 *
 * Required ones are served first, then optional ones, so a list may stand in the middle:
 * `copy <container> <sources...> [destination]`.
 *
 * @throws TsbuildError USAGE when words are missing or left over
 */
export function bindPositionals(command: CommandTable, words: readonly string[]): Values {
  const slots = Object.entries(command.positionals)
  const required = slots.filter(([, { count }]) => count === 'one' || count === 'some')
  const hint = `usage: tsbuild ${synopsis(command)}`
  const missing = required[words.length]
  if (missing !== undefined) {
    throw usageError(command.name, `"${command.name}" needs <${missing[0]}>`, hint)
  }
  const left = [...words]
  const spare = words.length - required.length
  let single = Math.min(spare, slots.filter(([, { count }]) => count === 'optional').length)
  const list = spare - single
  const bound = slots.map(([name, { count, choices }]) => {
    const taken = left.splice(0, share(count, { single, list }))
    const wrong = taken.find((word) => choices?.includes(word) === false)
    if (wrong !== undefined) {
      const wanted = `<${name}> of "${command.name}" must be ${orList(choices ?? [])}`
      throw usageError(command.name, `${wanted}, not "${wrong}"`, hint)
    }
    if (count === 'optional') single -= taken.length
    return [name, count === 'one' || count === 'optional' ? taken[0] : taken]
  })
  if (left.length > 0) {
    throw usageError(command.name, `"${command.name}" has no use for "${left[0]}"`, hint)
  }
  return Object.fromEntries(bound)
}

/** How many words a slot takes of those that the required ones leave. */
function share(count: Positional['count'], left: { single: number; list: number }): number {
  switch (count) {
    case 'one':
      return 1
    case 'optional':
      return Math.min(left.single, 1)
    case 'some':
      return 1 + left.list
    case 'any':
      return left.list
  }
}
