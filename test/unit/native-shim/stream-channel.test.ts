// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { framed } from '../../../native-shim/channel.ts'
import { launcherProgram } from '../../../native-shim/shim-process.ts'
import { type StreamChannel, streamChannel } from '../../../native-shim/stream-channel.ts'

/** A channel, and the other end of its socket. */
async function withPair(body: (channel: StreamChannel, peer: Socket) => Promise<void>) {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  const ours = connect(address.port, '127.0.0.1')
  const [peer]: [Socket] = await once(server, 'connection').then(([socket]) => [socket])
  try {
    await body(streamChannel(ours), peer)
  } finally {
    ours.destroy()
    peer.destroy()
    server.close()
  }
}

describe('a conversation over a stream', () => {
  it('sends what the synchronous one sends', async () => {
    await withPair(async (channel, peer) => {
      channel.send(['run', 7])
      const [bytes] = await once(peer, 'data')
      assert.deepEqual(bytes, framed(['run', 7]))
    })
  })

  it('does not care how replies are cut', async () => {
    await withPair(async (channel, peer) => {
      const bytes = Buffer.concat([framed(['pid', 12]), framed(['done']), framed(['started'])])
      for (const [from, to] of [
        [0, 2],
        [2, 9],
        [9, bytes.length - 1],
      ] as const) {
        peer.write(bytes.subarray(from, to))
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.deepEqual(await channel.receive(), { name: 'pid', pid: 12 })
      assert.deepEqual(await channel.receive(), { name: 'done' })
      peer.write(bytes.subarray(-1))
      assert.deepEqual(await channel.receive(), { name: 'started' })
    })
  })

  const gone = { name: 'ShimError', where: 'monitor' }
  const ends: Readonly<Record<string, (peer: Socket) => void>> = {
    'the end': (peer) => void peer.end(),
    'a reset': (peer) => void peer.resetAndDestroy(),
    'an end within a reply': (peer) => void peer.end(framed(['done']).subarray(0, 6)),
  }
  for (const [name, end] of Object.entries(ends)) {
    it(`takes ${name} for a hang-up`, async () => {
      await withPair(async (channel, peer) => {
        end(peer)
        await assert.rejects(channel.receive(), gone)
        await assert.rejects(channel.receive(), gone)
      })
    })
  }

  it('refuses a reply that is too long before it comes', async () => {
    await withPair(async (channel, peer) => {
      peer.write(Buffer.from([0, 0, 0, 1]))
      await assert.rejects(channel.receive(), { name: 'RangeError', message: /16777216 bytes/ })
    })
  })
})

describe('launcherProgram', () => {
  it('is what the parent executes, by the number that /proc has for it', () => {
    assert.equal(launcherProgram('Name:\tnode\nPid:\t8\nPPid:\t71\n'), '/proc/71/exe')
    assert.equal(launcherProgram(), `/proc/${process.ppid}/exe`)
  })
})
