// SPDX-License-Identifier: Apache-2.0
import { readSync, writeSync } from 'node:fs'
import { decodeFields, encodeFields, type Field } from './fields.ts'
import { parseReply, type Reply } from './messages.ts'

/** The largest reply: a file of the container (1 MiB) and its name. */
const REPLY_BYTES_MAX = 2 << 20

/** A conversation with the monitor: length-prefixed messages over a stream socket. */
export interface Channel {
  send(fields: readonly Field[]): void
  /** Blocks until the next reply. @throws RangeError when the monitor is gone or talks nonsense */
  receive(): Reply
}

/**
 * Synchronous on purpose: the planner has nothing else to do, and a loop with streams would
 * cost more than the conversation.
 */
export function openChannel(fd: number): Channel {
  return {
    send(fields) {
      writeAll(fd, framed(fields))
    },
    receive() {
      const length = readExactly(fd, 4).readUInt32LE()
      checkLength(length)
      return parseReply(decodeFields(readExactly(fd, length)))
    },
  }
}

/** A message as it goes over the socket. */
export function framed(fields: readonly Field[]): Buffer {
  const message = encodeFields(fields)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(message.length)
  return Buffer.concat([length, message])
}

/** @throws RangeError for a reply longer than any of ours */
export function checkLength(length: number): void {
  if (length > REPLY_BYTES_MAX) throw new RangeError(`reply of ${length} bytes`)
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}

function readExactly(fd: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  for (let done = 0; done < size; ) {
    const count = readSync(fd, bytes, done, size - done, null)
    if (count === 0) throw new RangeError('the monitor is gone')
    done += count
  }
  return bytes
}
