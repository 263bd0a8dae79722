// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseReply, type Reply } from '../../../native-shim/messages.ts'

const cases: readonly { fields: readonly string[]; want: Reply }[] = [
  { fields: ['hello', 'x/1'], want: { name: 'hello', protocol: 'x/1' } },
  { fields: ['ok'], want: { name: 'ok' } },
  { fields: ['locked', '5'], want: { name: 'locked', handle: 5 } },
  { fields: ['busy', '77'], want: { name: 'busy', holder: 77 } },
  { fields: ['pid', '12'], want: { name: 'pid', pid: 12 } },
  { fields: ['done'], want: { name: 'done' } },
  { fields: ['ready'], want: { name: 'ready' } },
  { fields: ['started'], want: { name: 'started' } },
  { fields: ['helper-ready', 'n'], want: { name: 'helper-ready', helper: 'n' } },
  {
    fields: ['helper-failed', 'n', '1', 'no tun'],
    want: { name: 'helper-failed', helper: 'n', status: 1, output: 'no tun' },
  },
  {
    fields: ['file', '/etc/passwd', '0', 'root'],
    want: { name: 'file', path: '/etc/passwd', errno: 0, content: Buffer.from('root') },
  },
  {
    fields: ['exit', '0', '9', '1', '2', '3'],
    want: { name: 'exit', code: 0, signal: 9, userMicros: 1, systemMicros: 2, maxRssKib: 3 },
  },
  {
    fields: ['error', 'bind', '4', '2', '/x'],
    want: { name: 'error', where: 'bind', index: 4, errno: 2, detail: '/x' },
  },
]

describe('parseReply', () => {
  for (const { fields, want } of cases) {
    it(`reads ${fields.join(' ')}`, () => {
      assert.deepEqual(parseReply(fields.map((field) => Buffer.from(field))), want)
    })
  }
  it('refuses a reply that nobody knows', () => {
    assert.throws(() => parseReply([Buffer.from('gossip')]), /unknown reply "gossip"/)
  })
  it('refuses one with a field missing', () => {
    assert.throws(() => parseReply([Buffer.from('pid')]), /too few fields/)
  })
})
