// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { packList } from '../../native-shim/fields.ts'
import type { Reply, Request } from '../../native-shim/messages.ts'
import type { Box } from './box.ts'
import { within } from './within.ts'

const ok: Reply = { name: 'ok' }
const notices = ['not started: ', 'status ', 'too long']

interface Later {
  readonly input?: string
  readonly timeoutMs?: number
  readonly program?: string
}

/** A script of the host's shell that runs when the container is gone. */
export const later = ({ traces }: Box, script: string, more: Later = {}): Request => [
  'after',
  more.program ?? '/bin/sh',
  packList(['zero', '-c', script]),
  packList([traces.mark, 'WORD=word', 'PATH=/usr/bin:/bin']),
  Buffer.from(more.input ?? ''),
  more.timeoutMs ?? 0,
  packList(notices),
]

export async function keep(box: Box, ...requests: readonly Request[]): Promise<void> {
  for (const request of requests) assert.deepEqual(await box.shim.request(request), ok)
}

export async function hangUp({ shim }: Box, stderr: string): Promise<void> {
  shim.hangUp()
  assert.equal(await within('the end of the shim', shim.ended), 125)
  assert.equal(shim.stderr(), stderr)
}
