// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { CLONE } from '../../core/runtime/kernel.ts'
import { packList } from '../../native-shim/fields.ts'
import type { Request } from '../../native-shim/messages.ts'
import type { Box } from './box.ts'
import { trace } from './remains.ts'
import { within } from './within.ts'

/** A guard without an init, for commands to make one. */
export const guard = (...stdio: readonly ['null' | 'pipe', 'inherit', 'inherit'] | []): Request => {
  const [stdin = 'null', stdout = 'inherit', stderr = 'inherit'] = stdio
  return ['guard', stdin, stdout, stderr, 'guard lost', CLONE.pid]
}

/** A command that is a script of the host's shell. */
export const command = (
  { directory, traces }: Box,
  script: string,
  stdio: 'container' | 'null' = 'null',
): Request => [
  'command',
  directory,
  packList(['/bin/sh', '-c', script]),
  packList([traces.mark, 'WORD=word', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']),
  stdio,
]

/** A script to be run when init has ended. */
export const last = ({ directory }: Box, script: string, timeoutMs = 10_000): Request => [
  'last',
  directory,
  packList(['/bin/sh', '-c', script]),
  packList(['PATH=/usr/bin:/bin']),
  timeoutMs,
  'the last one failed: ',
]

/** What a command prints. */
export async function output(box: Box, script: string): Promise<string> {
  const reply = await box.shim.request(command(box, script))
  if (reply.name !== 'command-exit') assert.fail(JSON.stringify(reply))
  assert.deepEqual({ ...reply, stdout: '' }, { ...reply, status: 0, stdout: '', stderr: '' })
  return reply.stdout.trim()
}

/**
 * Makes an init as an OCI runtime does: `create` leaves a process behind that waits, with the
 * container's stdio, and it is adopted.
 *
 * @param script what it becomes once `start` has come
 * @returns its pid on the host
 */
export async function makeInit(box: Box, script: string): Promise<number> {
  const waiting = `while [ ! -e start ]; do sleep 0.01; done; ${script}`
  // A shell gives what it leaves behind /dev/null to read, unless told otherwise.
  const create = `exec 4<&0; sh -c '${waiting}' <&4 4<&- & echo $! > pid`
  const made = await box.shim.request(command(box, create, 'container'))
  assert.deepEqual(made, { name: 'command-exit', status: 0, stdout: '', stderr: '' })
  const reply = await box.shim.request(['adopt', Number(await output(box, 'cat pid'))])
  if (reply.name !== 'pid') assert.fail(JSON.stringify(reply))
  trace(box.traces, reply.pid)
  return reply.pid
}

/** Lets init go on, as `start` does, and says that it runs. */
export async function startInit(box: Box): Promise<void> {
  await output(box, 'touch start')
  assert.deepEqual(await box.shim.request(['run']), { name: 'started' })
}

export const consolePath = ({ directory }: Box) => join(directory, 'console')

export async function hangUp({ shim }: Box): Promise<void> {
  shim.hangUp()
  assert.equal(await within('the end of the shim', shim.ended), 125)
}
