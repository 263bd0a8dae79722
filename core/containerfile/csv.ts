// SPDX-License-Identifier: Apache-2.0

/**
 * The fields of one line of comma-separated values: one in double quotes may hold commas, and a
 * quote that is doubled.
 *
 * @returns undefined where a quote is in the middle of a field, or has no end
 * @see RFC 4180
 */
export function splitCsv(line: string): string[] | undefined {
  const fields: string[] = []
  const field = /"((?:[^"]|"")*)"(?=,|$)|([^",]*)(?=,|$)/y
  for (let at = 0; at <= line.length; ) {
    field.lastIndex = at
    const match = field.exec(line)
    if (match === null) return undefined
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    at = field.lastIndex + 1
  }
  return fields
}
