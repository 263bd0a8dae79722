// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { packList } from '../../native-shim/fields.ts'
import type { Reply } from '../../native-shim/messages.ts'
import type { Op } from '../../native-shim/ops.ts'
import { requires } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { type Box, enterOps, inBox, type Kind, kinds, shell, startRequest } from './box.ts'
import { guardOf } from './remains.ts'
import { treeOf } from './rootfs.ts'
import type { Exit } from './shim.ts'
import { within } from './within.ts'

/** How far the conversation has come; `run` with the pid of init. */
type Phase =
  | 'greeted'
  | 'started'
  | 'entered'
  | 'at the gate'
  | 'running'
  | 'running as another user'
type Victim = 'connection' | 'shim' | 'guard' | 'init'

const phases: readonly Phase[] = [
  'greeted',
  'started',
  'entered',
  'at the gate',
  'running',
  'running as another user',
]

/** The program changes its uid: that clears what ties a process to the death of its parent. */
const otherUser: readonly Op[] = [['setid', 1000, 1000]]

async function reach(box: Box, phase: Phase): Promise<number> {
  if (phase === 'greeted') return 0
  const init = await box.start()
  const helper = packList(['/bin/sh', '-c', 'echo >&3; exec sleep 1000'])
  const { shim, traces } = box
  assert.equal(
    (await shim.request(['helper', 'net', helper, packList([traces.mark]), '', '/dev/null', 3, '']))
      .name,
    'helper-ready',
  )
  if (phase === 'started') return init
  await box.perform(enterOps(box.rootfs))
  if (phase === 'entered') return init
  const user = phase === 'running as another user' ? otherUser : []
  const script = 'trap "" TERM HUP INT; (sleep 1000) & echo runs; wait; sleep 1000'
  await box.perform([['pivot'], ...user, ['gate'], shell(script)])
  if (phase === 'at the gate') return init
  assert.equal((await shim.request(['run'])).name, 'started')
  await until('the program runs', () => shim.stdout().includes('runs'))
  return init
}

function strike({ shim }: Box, victim: Victim, init: number): void {
  if (victim === 'connection') shim.hangUp()
  else if (victim === 'shim') shim.process.kill('SIGKILL')
  else process.kill(victim === 'init' ? init : guardOf(init), 'SIGKILL')
}

/** What is wanted of the shim: its status, its words, and its last reply. */
function outcome(victim: Victim, phase: Phase): { status: Exit; stderr: string; reply?: object } {
  const runs = phase.startsWith('running')
  if (victim === 'connection') return { status: 125, stderr: '' }
  if (victim === 'shim') return { status: 'SIGKILL', stderr: '' }
  if (!runs) {
    const detail = 'ended during set-up'
    return {
      status: 125,
      stderr: '',
      reply: { name: 'error', where: victim, index: -1, errno: 3, detail },
    }
  }
  if (victim === 'guard') return { status: 137, stderr: 'guard lost\n' }
  return { status: 137, stderr: '', reply: { name: 'exit', code: 0, signal: 9 } }
}

async function survive(box: Box, victim: Victim, phase: Phase): Promise<void> {
  const init = await reach(box, phase)
  const tree = treeOf(box.rootfs)
  const wanted = outcome(victim, phase)
  strike(box, victim, init)
  if (wanted.reply !== undefined) assert.deepEqual(essence(await box.shim.next()), wanted.reply)
  if (wanted.status === 125) box.shim.hangUp()
  const status = await within('the end of the shim', box.shim.ended)
  assert.deepEqual(
    { status, stderr: box.shim.stderr() },
    { status: wanted.status, stderr: wanted.stderr },
  )
  assert.deepEqual(treeOf(box.rootfs), tree)
}

/** A reply without what is never the same. */
const essence = (reply: Reply) =>
  reply.name === 'exit' ? { name: reply.name, code: reply.code, signal: reply.signal } : reply

for (const victim of ['connection', 'shim', 'guard', 'init'] as const)
  describe(`nothing is left when the ${victim} ends`, () => {
    for (const phase of phases)
      for (const kind of kinds) {
        if (phase === 'greeted' && (kind === 'nested' || victim === 'guard' || victim === 'init'))
          continue
        const needs = phase === 'running as another user' ? requires('root') : {}
        it(
          `${phase} [${kind}]`,
          needs,
          inBox({ kind }, (box) => survive(box, victim, phase)),
        )
      }
  })

describe('nothing is left of a start that is cut off', () => {
  for (const kind of kinds)
    for (const how of ['SIGKILL', 'hang-up'] as const)
      it(
        `by ${how}, at any moment [${kind}]`,
        inBox({}, (box) => cutOff(box, kind, how)),
      )
})

/** Twenty starts, each struck while it is under way. */
async function cutOff(box: Box, kind: Kind, how: 'SIGKILL' | 'hang-up'): Promise<void> {
  box.shim.hangUp()
  for (let round = 0; round < 20; round++) {
    const shim = box.spawn()
    shim.send(startRequest({ kind }))
    for (let turn = 0; turn < round % 5; turn++) await nextTurn()
    if (round > 10) {
      await shim.next()
      shim.send(['ops', ...enterOps(box.rootfs).flat(), 'gate'])
    }
    if (how === 'SIGKILL') shim.process.kill('SIGKILL')
    else shim.hangUp()
    assert.equal(await within('the end of the shim', shim.ended), how === 'SIGKILL' ? how : 125)
  }
}
