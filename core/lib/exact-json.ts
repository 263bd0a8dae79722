// SPDX-License-Identifier: Apache-2.0

/**
 * JSON with all its digits: integers that a number cannot hold exactly, as 2^64-1 in runtime
 * specs and seccomp profiles, become bigint. A null in an object counts as absent, for programs
 * in Go write it for lists that were left out.
 *
 * @throws SyntaxError for text that is no JSON, or that has a NUL in a string: no name has one
 */
export function parseExactJson(text: string): unknown {
  if (NUL.test(text)) throw new SyntaxError('a string with a NUL byte in it')
  const bigints: bigint[] = []
  const marked = text.replaceAll(STRING_OR_LONG_INTEGER, (token) =>
    token.startsWith('"') || isExact(token) ? token : `"\\u0000${bigints.push(BigInt(token)) - 1}"`,
  )
  return JSON.parse(marked, (_name, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith('\0')) return value ?? undefined
    return bigints[Number(value.slice(1))]
  })
}

/** As JSON.parse would read it: a NUL byte itself is an error of syntax there. */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/

/** A number of so many digits that it may be rounded, without fraction and exponent. */
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g

const isExact = (token: string) => Number.isSafeInteger(Number(token))
