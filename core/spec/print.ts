// SPDX-License-Identifier: Apache-2.0
import type { RuntimeSpec } from './schema.ts'

/**
 * The spec as the text of a config.json, indented for people.
 *
 * JSON.stringify refuses bigints; here they are numbers with all their digits, as other runtimes
 * read them.
 *
 * @returns without a trailing newline
 */
export function stringifySpec(spec: RuntimeSpec): string {
  return stringify(spec, '\n')
}

/** @param newline the line break in front of the value's own lines, with their indentation */
function stringify(value: unknown, newline: string): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${newline}  `
  const [open, close, lines] = Array.isArray(value)
    ? ['[', ']', value.map((item) => stringify(item, inner))]
    : ['{', '}', members(value, inner)]
  return lines.length === 0
    ? open + close
    : `${open}${inner}${lines.join(`,${inner}`)}${newline}${close}`
}

const members = (value: object, newline: string) =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${JSON.stringify(name)}: ${stringify(member, newline)}`)
