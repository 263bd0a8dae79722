// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'

/** A digest over many small parts, which are gathered so that few calls are made. */
export interface Total {
  /** Fields, byte strings, that hold no NUL; how many there are follows from the first. */
  record(fields: readonly (string | number)[]): void
  bytes(part: Buffer): void
  /** Hex digits. */
  digest(): string
}

const GATHERED_BYTES = 64 * 1024

export function createTotal(): Total {
  const hash = createHash('sha256')
  const gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES)
  let length = 0
  const flush = () => {
    hash.update(gathered.subarray(0, length))
    length = 0
  }
  return {
    record(fields) {
      const text = `${fields.join('\0')}\0`
      if (text.length > GATHERED_BYTES - length) flush()
      if (text.length > GATHERED_BYTES) hash.update(text, 'latin1')
      else length += gathered.write(text, length, 'latin1')
    },
    bytes(part) {
      if (part.length > GATHERED_BYTES - length) flush()
      if (part.length > GATHERED_BYTES) hash.update(part)
      else length += part.copy(gathered, length)
    },
    digest() {
      flush()
      return hash.digest('hex')
    },
  }
}
