// SPDX-License-Identifier: Apache-2.0
import { printable } from '../core/lib/errors.ts'

/**
 * Facts for people: `name: value`, one a line, what belongs to a name indented below it.
 *
 * @param facts plain data: objects, arrays and scalars
 */
export const outline = (facts: object): string => linesOf(facts, '').join('\n')

function linesOf(facts: object, indent: string): string[] {
  return Object.entries(facts).flatMap(([name, value]: [string, unknown]) => {
    const label = `${indent}${Array.isArray(facts) ? '-' : `${printable(name)}:`}`
    if (typeof value !== 'object' || value === null) return [`${label} ${scalar(value)}`]
    if (Object.keys(value).length === 0) return [`${label} none`]
    return [label, ...linesOf(value, `${indent}  `)]
  })
}

function scalar(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return value === undefined || value === null ? 'none' : printable(String(value))
}
