// SPDX-License-Identifier: Apache-2.0

const LINE_END = 0x0a
/** A line that is longer is cut: somebody may never end one. */
const LINE_BYTES_MAX = 64 * 1024

/** Keeps the lines of programs that write at the same time whole, and says whose they are. */
export interface PrefixedLines {
  /** @param prefix names the program, and is put in front of each of its lines */
  add(prefix: string, bytes: Buffer): void
  /** Ends the last line of a program. */
  end(prefix: string): void
}

export function prefixedLines(write: (bytes: Buffer) => void): PrefixedLines {
  const begun = new Map<string, Buffer>()
  const writeLine = (prefix: string, line: Buffer) =>
    write(Buffer.concat([Buffer.from(prefix), line, Buffer.from('\n')]))
  return {
    add(prefix, bytes) {
      let rest = Buffer.concat([begun.get(prefix) ?? Buffer.alloc(0), bytes])
      for (let end = lineEnd(rest); end >= 0; end = lineEnd(rest)) {
        writeLine(prefix, rest.subarray(0, end))
        rest = rest.subarray(rest[end] === LINE_END ? end + 1 : end)
      }
      begun.set(prefix, rest)
    },
    end(prefix) {
      const rest = begun.get(prefix)
      if (rest !== undefined && rest.length > 0) writeLine(prefix, rest)
      begun.delete(prefix)
    },
  }
}

function lineEnd(bytes: Buffer): number {
  const end = bytes.subarray(0, LINE_BYTES_MAX).indexOf(LINE_END)
  return end < 0 && bytes.length >= LINE_BYTES_MAX ? LINE_BYTES_MAX : end
}
