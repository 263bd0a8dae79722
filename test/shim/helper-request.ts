// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { packList } from '../../native-shim/fields.ts'
import type { Request } from '../../native-shim/messages.ts'
import type { Box } from './box.ts'
import { within } from './within.ts'

export interface Start {
  readonly name?: string
  readonly userns?: string
  readonly input?: string
  readonly readyFd?: 1 | 3
}

/** A helper that is a script of the host's shell. */
export function helper({ traces }: Box, script: string, start: Start = {}): Request {
  const { name = 'net', userns = '', input = '/dev/null', readyFd = 3 } = start
  const env = [traces.mark, 'WORD=word', 'PATH=/usr/bin:/bin']
  const program = [packList(['/bin/sh', '-c', script]), packList(env)] as const
  return ['helper', name, ...program, userns, input, readyFd, `${name} has ended`]
}

/** The script of one that is ready at once, on descriptor 3. */
export const untilKilled = 'echo >&3; exec sleep 1000'

export const ready = { name: 'helper-ready', helper: 'net' }

/** Ends the shim, and all with it. */
export async function hangUp({ shim }: Box): Promise<void> {
  shim.hangUp()
  assert.equal(await within('the end of the shim', shim.ended), 125)
}
