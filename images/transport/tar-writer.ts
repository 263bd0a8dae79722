// SPDX-License-Identifier: Apache-2.0
import { ftruncateSync, writeSync } from 'node:fs'
import { BLOCK_BYTES, fields, padded } from '../tar/block.ts'
import type { Blob, Content } from './destination.ts'
import { copyHashed } from './hashed.ts'

/** Writes an archive: names and contents decide its bytes, nothing else. */
export interface TarWriter {
  file(name: string, bytes: Buffer): void
  /** A file that is named by its content; one of that name is not written twice. */
  blob(content: Content, nameOf: (blob: Blob) => string): Promise<Blob>
  end(): void
}

/** @param fd an empty file, written from its start */
export function createTarWriter(fd: number): TarWriter {
  const names = new Set<string>()
  let at = 0
  const skipTo = (position: number) => {
    ftruncateSync(fd, position)
    at = position
  }
  return {
    file(name, bytes) {
      if (names.has(name)) throw new RangeError(`${name} twice in an archive`)
      names.add(name)
      writeAt(fd, header(name, bytes.length), at)
      writeAt(fd, bytes, at + BLOCK_BYTES)
      skipTo(at + BLOCK_BYTES + padded(bytes.length))
    },
    async blob(content, nameOf) {
      const start = at
      at += BLOCK_BYTES
      const blob = await copyHashed(content, (chunk) => {
        writeAt(fd, chunk, at)
        at += chunk.length
      })
      const name = nameOf(blob)
      if (names.has(name)) {
        skipTo(start)
        return blob
      }
      names.add(name)
      writeAt(fd, header(name, blob.sizeBytes), start)
      skipTo(start + BLOCK_BYTES + padded(blob.sizeBytes))
      return blob
    },
    end: () => skipTo(at + 2 * BLOCK_BYTES),
  }
}

function writeAt(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done)
  }
}

/** What eleven octal digits hold; above that the number is in base 256, as GNU has it. */
const MAX_OCTAL = 8 ** 11

/** @see POSIX.1-2017, pax, "ustar Interchange Format" */
function header(name: string, sizeBytes: number): Buffer {
  if (name.length > 100) throw new RangeError(`${name} does not fit a header`)
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write(name, 0, 'latin1')
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1')
  const [sizeAt] = fields.size
  if (sizeBytes < MAX_OCTAL) block.write(`${octal(sizeBytes, 11)}\0`, sizeAt, 'latin1')
  else {
    block.writeUInt8(0x80, sizeAt)
    block.writeBigUInt64BE(BigInt(sizeBytes), sizeAt + 4)
  }
  block.write(`${octal(0, 11)}\0`, fields.mtime[0], 'latin1')
  block.write('0', fields.type[0], 'latin1')
  block.write('ustar\0' + '00', 257, 'latin1')
  const [sumAt, sumLength] = fields.checksum
  block.fill(' ', sumAt, sumAt + sumLength)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, sumAt, 'latin1')
  return block
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
