// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { encodeFields } from '../../../native-shim/fields.ts'
import { repository } from '../../harness/repository.ts'

/** Runs the script as a launcher would, with `answer` to what it says first. */
async function underLauncher(answer: readonly string[]) {
  const script = join(repository, 'dist/lib/main.cjs')
  const child = spawn(process.execPath, [script, 'info'], {
    env: { TSBUILD_LAUNCH: 'ids 0 0\nrung 3\nentered 1\n' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const control = child.stdio[3]
  assert.ok(control instanceof Duplex && child.stderr !== null)
  const message = encodeFields(answer)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(message.length)
  control.on('error', () => {}).once('data', () => control.end(Buffer.concat([length, message])))
  const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { status, stderr }
}

describe('createContext', () => {
  const answers = [
    {
      name: 'of another version',
      answer: ['hello', 'tsbuild-shim/0'],
      cause: /speaks tsbuild-shim\/0/,
    },
    { name: 'that talks nonsense', answer: ['gossip'], cause: /unknown reply "gossip"/ },
  ]
  for (const { name, answer, cause } of answers)
    it(`refuses a launcher ${name}: PROTOCOL_MISMATCH`, async () => {
      const { status, stderr } = await underLauncher(answer)
      assert.equal(status, 125)
      assert.match(stderr, /^tsbuild: cannot talk to the native launcher\n/)
      assert.match(stderr, cause)
      assert.match(stderr, /\n {2}hint: .*install tsbuild anew/)
    })
})
