// SPDX-License-Identifier: Apache-2.0
import { invalidArchive } from './invalid.ts'
import { type RawHeader, walkBlocks } from './walk.ts'

/** Follows the blocks of an archive on their way to the decoder. */
export interface Framing {
  /** @returns the parts of `chunk` that the decoder is to see */
  push(chunk: Buffer): Buffer[]
  /** The header of the entry that the decoder reports next. */
  next(): RawHeader | undefined
  /** @throws TsbuildError ARCHIVE_INVALID if the archive stopped before its end marker */
  end(): void
}

/**
 * A second reader of the block structure, beside the decoder's: it keeps extended headers as bytes
 * (the decoder turns them into text), checks every size before anything is done with it, takes
 * out the extension blocks of old sparse headers, and stops at the end marker.
 */
export function createFraming(): Framing {
  const headers: RawHeader[] = []
  const blocks = walkBlocks((header) => headers.push(header))
  return {
    push(chunk) {
      const passed: Buffer[] = []
      let passFrom = 0
      let at = 0
      blocks.push(chunk, (part, use) => {
        if (use === 'hide') {
          passed.push(chunk.subarray(passFrom, at))
          passFrom = at + part.length
        }
        at += part.length
      })
      passed.push(chunk.subarray(passFrom, at))
      return passed.filter((part) => part.length > 0)
    },
    next: () => headers.shift(),
    end() {
      if (blocks.state() !== 'ended') throw cutOff()
    },
  }
}

export const cutOff = () => invalidArchive('it is cut off', { hint: 'fetch or make it again' })
