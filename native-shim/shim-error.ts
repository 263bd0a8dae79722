// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os'

/** errno(3); Node's table lacks what init reports for a program without its loader. */
export const ELIBBAD = 80

const nameOfErrno = new Map([
  ...Object.entries(constants.errno).map(([name, value]) => [value, name] as const),
  [ELIBBAD, 'ELIBBAD'] as const,
])

/** A fact from the native side: which step failed, with which errno, on what. */
export class ShimError extends Error {
  override readonly name = 'ShimError'
  /** Each bundle has a class of its own: what they have in common is the name. */
  static override [Symbol.hasInstance](value: unknown): value is ShimError {
    return value instanceof Error && value.name === 'ShimError'
  }

  /** The op or request that failed. */
  readonly where: string
  /** Its place in the op list, -1 for a request. */
  readonly index: number
  readonly errno: number
  /** errno's name, as in Node's own errors: ENOENT. */
  readonly code: string
  /** The path or name at fault. */
  readonly detail: string

  constructor(fact: { where: string; index: number; errno: number; detail: string }) {
    const code = nameOfErrno.get(fact.errno) ?? `errno ${fact.errno}`
    super(`${fact.where}: ${fact.detail === '' ? '' : `${fact.detail}: `}${code}`)
    this.where = fact.where
    this.index = fact.index
    this.errno = fact.errno
    this.code = code
    this.detail = fact.detail
  }
}
