// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

const powers: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4 }

/**
 * A size in bytes: a number, and a unit of 1024 or its powers: `b`, `k`, `m`, `g`, `t`, in either
 * case, or as in `64MiB` and `64mb`.
 *
 * @throws TsbuildError USAGE
 */
export function parseSize(option: string, text: string): number {
  const [, digits, unit = ''] = /^([0-9]+(?:\.[0-9]+)?) ?([bkmgt]?)(?:i?b)?$/i.exec(text) ?? []
  const bytes = Math.floor(Number(digits) * 1024 ** (powers[unit.toLowerCase()] ?? Number.NaN))
  if (Number.isSafeInteger(bytes)) return bytes
  throw new TsbuildError('USAGE', `option "--${option}" cannot be ${JSON.stringify(text)}`, {
    hint: 'give bytes, or a number with a unit: 65536k, 64m, 1g',
  })
}
