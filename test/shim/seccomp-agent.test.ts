// SPDX-License-Identifier: Apache-2.0
/** Who gets the listener of a filter, and what becomes of a container whose agent is not there. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Op } from '../../native-shim/ops.ts'
import { refuse, statesOf } from '../harness/seccomp-agent.ts'
import { withAgent } from './agent.ts'
import { type Box, enterOps, inBox, kinds, shell } from './box.ts'
import { NEW_LISTENER, notifyingAll, notifyingCall } from './filter.ts'
import { within } from './within.ts'

const asking: Op = ['seccomp-notify', NEW_LISTENER, notifyingCall('sethostname')]

/** Behind the gate, as the product has it. */
const behindGate = (box: Box, filter: Op): readonly Op[] => [
  ...enterOps(box.rootfs),
  ['pivot'],
  ['gate'],
  filter,
  shell('hostname other; echo status $?'),
]

describe('a seccomp agent', () => {
  for (const kind of kinds)
    it(
      `gets state and listener, whatever it is asked about [${kind}]`,
      inBox({ kind }, async (box) => {
        const agent = await withAgent(box, [refuse('sethostname', constants.errno.EPERM)])
        await box.start()
        await box.perform(behindGate(box, ['seccomp-notify', NEW_LISTENER, notifyingAll()]))
        assert.deepEqual(await box.shim.request(['run']), { name: 'started' })
        assert.equal(await within('the end of the shim', box.shim.ended), 0)
        const { code, stdout } = await agent.result
        assert.deepEqual(statesOf(stdout), ['the state'])
        assert.equal(code, 0, 'the container let go of its listener')
        assert.equal(box.shim.stdout().toString(), 'status 1\n')
      }),
    )

  const absent: readonly {
    readonly name: string
    readonly make: (path: string) => Promise<() => void>
    readonly code: 'ENOENT' | 'ECONNREFUSED' | 'ENOTDIR'
    readonly below?: string
  }[] = [
    { name: 'has no socket', make: async () => () => {}, code: 'ENOENT' },
    { name: 'has a directory', make: makeDirectory, code: 'ECONNREFUSED' },
    { name: 'has a socket that is no directory', make: serve, code: 'ENOTDIR', below: '/below' },
  ]
  for (const { name, make, code, below = '' } of absent)
    it(
      `that ${name} is told, and the container ends`,
      inBox({}, async (box) => {
        const path = join(box.directory, 'agent.sock')
        const close = await make(path)
        await box.shim.request(['seccomp-agent', path + below, 'the state'])
        await box.start()
        await box.perform(behindGate(box, asking))
        assert.deepEqual(await box.shim.request(['run']), {
          name: 'error',
          where: 'seccomp-agent',
          index: -1,
          errno: constants.errno[code],
          detail: path + below,
        })
        close()
        box.shim.hangUp()
        assert.equal(await within('the end of the shim', box.shim.ended), 125)
        assert.equal(box.shim.stderr(), '')
      }),
    )

  it(
    'may have a name of any length',
    inBox({}, async (box) => {
      const folder = join(box.directory, 'x'.repeat(200))
      mkdirSync(folder)
      const agent = await withAgent(box, [], join(folder, 'agent.sock'))
      await box.start()
      await box.perform(behindGate(box, asking))
      assert.deepEqual(await box.shim.request(['run']), { name: 'started' })
      assert.equal(await within('the end of the shim', box.shim.ended), 0)
      assert.deepEqual(statesOf((await agent.result).stdout), ['the state'])
    }),
  )

  it(
    'is never left out: a listener without one ends it all',
    inBox({}, async (box) => {
      await box.start()
      box.shim.send(['ops', ...[...enterOps(box.rootfs), asking].flat()])
      assert.equal(await within('the end of the shim', box.shim.ended), 125)
      assert.match(box.shim.stderr(), /a listener that nobody waits for/)
    }),
  )

  it(
    'that takes its state and says nothing more keeps nothing from ending',
    inBox({}, async (box) => {
      const path = join(box.directory, 'agent.sock')
      const close = await serve(path)
      await box.shim.request(['seccomp-agent', path, 'the state'])
      await box.start()
      await box.perform(behindGate(box, ['seccomp-notify', NEW_LISTENER, notifyingAll()]))
      box.shim.send(['run'])
      await within('the state', connected.get(path) ?? assert.fail())
      box.shim.hangUp()
      assert.equal(await within('the end of the shim', box.shim.ended), 125)
      close()
    }),
  )
})

const connected = new Map<string, Promise<unknown>>()

async function makeDirectory(path: string) {
  mkdirSync(path)
  return () => {}
}

async function serve(path: string) {
  const server = createServer((socket) => void socket.resume())
  connected.set(path, once(server, 'connection'))
  server.listen(path)
  await once(server, 'listening')
  return () => void server.close()
}
