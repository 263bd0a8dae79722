// SPDX-License-Identifier: Apache-2.0

/** A text, whole, or an integer that a double may not hold. */
const LONG_INTEGERS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g

/**
 * JSON whose integers from 2^53 on are bigints: limits of a runtime spec go up to 2^64-1.
 *
 * @throws SyntaxError
 */
export function parseNumbers(text: string): unknown {
  const marked = text.replace(LONG_INTEGERS, (token) =>
    token.startsWith('"') ? token : JSON.stringify(`${MARK}${token}`),
  )
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? toInteger(value) : value,
  )
}

/** No text of a spec may hold it. */
const MARK = '\0integer '

function toInteger(marked: string): unknown {
  const digits = marked.slice(MARK.length)
  if (!/^-?\d+$/.test(digits)) return marked
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}
