// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os'
import type { Duplex } from 'node:stream'
import { checkLength, framed } from './channel.ts'
import type { Conversation } from './container-monitor.ts'
import { decodeFields } from './fields.ts'
import { parseReply, type Reply } from './messages.ts'
import { ShimError } from './shim-error.ts'

/** A conversation that leaves this process free: others go on at the same time. */
export interface StreamChannel extends Conversation {
  /** @throws ShimError of `monitor` when it has hung up, RangeError when it talks nonsense */
  receive(): Promise<Reply>
}

/** @param socket a stream socket; nobody else may read it */
export function streamChannel(socket: Duplex): StreamChannel {
  socket.on('error', () => {}) // the monitor may end while we write: the next reply says so
  const replies = repliesOf(socket)
  return {
    send(fields) {
      socket.write(framed(fields))
    },
    async receive() {
      const { value, done } = await replies.next()
      if (done) throw new ShimError({ where: 'monitor', index: -1, errno, detail: 'it hung up' })
      return value
    },
  }
}

const errno = constants.errno.ECONNRESET

async function* repliesOf(socket: Duplex): AsyncGenerator<Reply, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of untilEnd(socket)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = frameEnd(rest); end <= rest.length; end = frameEnd(rest)) {
      yield parseReply(decodeFields(rest.subarray(4, end)))
      rest = rest.subarray(end)
    }
  }
  return undefined
}

/** Where the frame at the start of `bytes` ends; beyond them when it is not all there. */
function frameEnd(bytes: Buffer): number {
  if (bytes.length < 4) return Infinity
  const length = bytes.readUInt32LE()
  checkLength(length)
  return 4 + length
}

/** What comes; a reset by the other side's death is an end like another. */
async function* untilEnd(socket: Duplex): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of socket) yield chunk
  } catch {}
}
