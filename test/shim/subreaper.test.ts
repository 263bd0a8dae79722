// SPDX-License-Identifier: Apache-2.0
/** Containers in a pid namespace that is not theirs: the guard ends them process by process. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CLONE } from '../../core/runtime/kernel.ts'
import type { Request } from '../../native-shim/messages.ts'
import type { Op } from '../../native-shim/ops.ts'
import { requires } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { type Box, enterOps, inBox, type Kind, kinds, path, shell, startRequest } from './box.ts'
import { guardOf } from './remains.ts'
import { within } from './within.ts'

type Start = Extract<Request, readonly ['start', ...unknown[]]>

function sharedStart(kind: Kind): Request {
  const [name, flags, uids, gids, groups, ...rest] = startRequest({ kind }) as Start
  const [stdin, stdout, stderr, notice, , joins] = rest
  const own = flags & ~CLONE.pid
  return [name, own, uids, gids, groups, stdin, stdout, stderr, notice, 0, joins]
}

/** Two that came loose, one of them with a session and a child of its own, and one that goes on. */
const script = '(setsid sh -c "sleep 1000 & exec sleep 1000" &) ; (sleep 1000 &) ; echo runs; '

interface Started {
  readonly init: number
  readonly guard: number
}

/** The kernel gives no procfs of a namespace that we do not own: the host's is bound. */
async function run(
  box: Box,
  kind: Kind,
  last: string,
  identity: readonly Op[] = [],
): Promise<Started> {
  const { shim, rootfs, traces } = box
  const reply = await shim.request(sharedStart(kind))
  if (reply.name !== 'pid') return assert.fail(JSON.stringify(reply))
  const guard = guardOf(reply.pid)
  const ops = enterOps(rootfs).filter((op) => !(op[0] === 'mount' && op[2] === 'proc'))
  const program = shell(`${script}${last}`, [path, traces.mark])
  await box.perform([...ops, ['pivot'], ...identity, ['death-signal', 9], ['gate'], program])
  assert.deepEqual(await shim.request(['run']), { name: 'started' })
  await until('the program runs', () => shim.stdout().includes('runs'))
  return { init: reply.pid, guard }
}

const otherUser: readonly Op[] = [['setid', 1000, 1000]]

/** Nothing of it lives: inBox looks for all that has the mark of the box. */
describe('a container without a pid namespace', () => {
  for (const kind of kinds) {
    it(
      `is told as ended when all of it has ended [${kind}]`,
      inBox({ kind }, async (box) => {
        await run(box, kind, 'exit 7')
        const exit = await box.shim.next()
        assert.equal(exit.name === 'exit' && exit.code, 7)
        assert.equal(await within('the end of the shim', box.shim.ended), 7)
      }),
    )

    for (const [victim, status] of [
      ['connection', 125],
      ['shim', 'SIGKILL'],
      ['guard', 137],
      ['init', 137],
    ] as const)
      for (const identity of kind === 'flat' ? [[], otherUser] : [[]])
        it(
          `leaves nothing when the ${victim} ends${whose(identity)} [${kind}]`,
          identity.length > 0 ? requires('root') : {},
          inBox({ kind }, async (box) => {
            const { init, guard } = await run(box, kind, 'exec sleep 1000', identity)
            if (victim === 'connection') box.shim.hangUp()
            else if (victim === 'shim') box.shim.process.kill('SIGKILL')
            else process.kill(victim === 'guard' ? guard : init, 'SIGKILL')
            assert.equal(await within('the end of the shim', box.shim.ended), status)
          }),
        )
  }

  it(
    'does not hold up what has not begun',
    inBox({}, async (box) => {
      const reply = await box.shim.request(sharedStart('flat'))
      assert.equal(reply.name, 'pid')
      box.shim.hangUp()
      assert.equal(await within('the end of the shim', box.shim.ended), 125)
    }),
  )
})

describe('unlink-at-end', () => {
  it(
    'removes the file when the container has ended, and not before',
    inBox({}, async (box) => {
      const note = join(box.directory, 'note')
      writeFileSync(note, '')
      assert.deepEqual(await box.shim.request(['unlink-at-end', note]), { name: 'ok' })
      const atGate = () => assert.ok(existsSync(note))
      await box.run({ script: 'true', atGate })
      assert.ok(!existsSync(note))
    }),
  )

  it(
    'is content with a file that is not there',
    inBox({}, async (box) => {
      const note = join(box.directory, 'missing')
      assert.deepEqual(await box.shim.request(['unlink-at-end', note]), { name: 'ok' })
      const { status, stderr } = await box.run({ script: 'exit 3' })
      assert.deepEqual([status, stderr], [3, ''])
    }),
  )
})

const whose = (identity: readonly unknown[]) => (identity.length > 0 ? ', of another user' : '')
