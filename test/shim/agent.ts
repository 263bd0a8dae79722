// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type Running, start } from '../harness/child.ts'
import { buildSeccompAgent, listens } from '../harness/seccomp-agent.ts'
import type { Box } from './box.ts'

/** Has an agent answer for the next listener of the box; it ends with the container. */
export async function withAgent(
  { directory, shim }: Box,
  rules: readonly string[] = [],
  socket = join(directory, 'agent.sock'),
): Promise<Running> {
  const program = join(directory, 'agent')
  buildSeccompAgent(program)
  const agent = start([program, socket, '1', ...rules], {})
  await listens(agent)
  assert.deepEqual(await shim.request(['seccomp-agent', socket, 'the state']), { name: 'ok' })
  return agent
}
