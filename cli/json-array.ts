// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../core/lib/errors.ts'

/**
 * Undefined for a text that does not begin like an array of strings: `[ -e /x ]` is a command.
 *
 * @throws TsbuildError USAGE for one that begins so and is none
 */
export function jsonArray(text: string): readonly string[] | undefined {
  if (!/^\s*\[\s*["\]]/.test(text)) return undefined
  const value = parseJson(text)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new TsbuildError('USAGE', `${JSON.stringify(text)} is no JSON array of strings`, {
    hint: `write it like '["httpd", "-f"]'`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
