// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import { commandLine, statusOf } from '../harness/processes.ts'
import { requires } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { type Box, enterOps, inBox, kinds, shell } from './box.ts'
import { within } from './within.ts'

const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const
type Forwarded = (typeof forwarded)[number]

const short = (signal: Forwarded) => signal.slice('SIG'.length)

/** Goes on until a signal ends it, after it has said that it is there. */
const waiting = 'echo ready; while :; do sleep 0.01; done'

/** @returns init when the program has said that it is ready */
async function runs(box: Box, script: string, late: readonly Op[] = []): Promise<number> {
  const init = await box.start()
  await box.perform([...enterOps(box.rootfs), ['pivot'], ...late, ['gate'], shell(script)])
  assert.equal((await box.shim.request(['run'])).name, 'started')
  await until('the program is ready', () => box.shim.stdout().includes('ready'))
  return init
}

/** A program that knows of no signal at all, not even as a shell does. */
async function sleeps(box: Box, late: readonly Op[] = []): Promise<void> {
  const init = await runs(box, 'echo ready; exec sleep 1000', late)
  await until('the shell has gone', () => commandLine(init)?.[0] === 'sleep')
}

async function ends(box: Box, status: number): Promise<void> {
  assert.equal(await within('the end of the shim', box.shim.ended), status)
  assert.equal(box.shim.stderr(), '')
}

for (const kind of kinds)
  describe(`a signal to the shim [${kind}]`, () => {
    it(
      'that a shell took ends the program which it then becomes',
      inBox({ kind }, async (box) => {
        const wait = 'while [ ! -e /tmp/go ]; do sleep 0.01; done'
        await runs(box, `trap "echo caught" INT; echo ready; ${wait}; exec sleep 1000`)
        box.shim.process.kill('SIGINT')
        await until('the shell took it', () => box.shim.stdout().includes('caught'))
        writeFileSync(join(box.rootfs, 'tmp/go'), '')
        assert.equal((await box.shim.next()).name, 'exit')
        await ends(box, 130)
      }),
    )

    for (const signal of forwarded) {
      it(
        `${signal} reaches the program's handler`,
        inBox({ kind }, async (box) => {
          await runs(box, `trap "echo caught; exit 7" ${short(signal)}; ${waiting}`)
          box.shim.process.kill(signal)
          const exit = await box.shim.next()
          assert.deepEqual(exit.name === 'exit' && [exit.code, exit.signal], [7, 0])
          await ends(box, 7)
          assert.equal(box.shim.stdout().toString(), 'ready\ncaught\n')
        }),
      )

      it(
        `${signal} ends a program that has no handler`,
        inBox({ kind }, async (box) => {
          await sleeps(box)
          box.shim.process.kill(signal)
          await ends(box, 128 + constants.signals[signal])
        }),
      )

      it(
        `${signal} is ignored by a program that ignores it`,
        inBox({ kind }, async (box) => {
          const other = signal === 'SIGUSR2' ? 'SIGTERM' : 'SIGUSR2'
          const traps = `trap "" ${short(signal)}; trap "exit 9" ${short(other)}`
          const init = await runs(box, `${traps}; ${waiting}`)
          box.shim.process.kill(signal)
          await until('the signal was taken', () => nothingPending(box.shim.pid, init))
          box.shim.process.kill(other)
          await ends(box, 9)
        }),
      )
    }
  })

/** Neither waits for the shim nor for the program; proc(5), status. */
const nothingPending = (...pids: readonly number[]) =>
  pids.every((pid) => BigInt(`0x${statusOf(pid, 'ShdPnd')}`) === 0n)

describe('a signal during set-up', () => {
  const phases: readonly { name: string; ops: (box: Box) => readonly Op[] }[] = [
    { name: 'after start', ops: () => [] },
    { name: 'after ops', ops: ({ rootfs }) => enterOps(rootfs) },
    { name: 'at the gate', ops: ({ rootfs }) => [...enterOps(rootfs), ['pivot'], ['gate']] },
  ]
  for (const { name, ops } of phases)
    it(
      `ends everything ${name}`,
      inBox({}, async (box) => {
        await box.start()
        await box.perform(ops(box))
        box.shim.process.kill('SIGTERM')
        await ends(box, 143)
      }),
    )

  it(
    'ends the shim before start',
    inBox({}, async ({ shim }) => {
      shim.process.kill('SIGTERM')
      assert.equal(await within('the end of the shim', shim.ended), 'SIGTERM')
    }),
  )
})

describe('what the shim inherits', () => {
  const ignoring = (signal: string) => (argv: readonly string[]) => [
    ...['sh', '-c', `trap "" ${signal}; exec "$@"`, 'sh'],
    ...argv,
  ]

  it(
    'of ignored signals stays ignored in the program',
    inBox({ shim: { wrap: ignoring('USR1 HUP') } }, async (box) => {
      const { stdout } = await box.run({ script: 'exec grep SigIgn /proc/self/status' })
      const { SIGHUP, SIGUSR1 } = constants.signals
      const mask = (1 << (SIGHUP - 1)) | (1 << (SIGUSR1 - 1))
      assert.equal(stdout, `SigIgn:\t${mask.toString(16).padStart(16, '0')}\n`)
    }),
  )

  it(
    'of SIGCHLD ignored does not hide the end of the program',
    inBox({ shim: { wrap: ignoring('CHLD') } }, async (box) => {
      const { status } = await box.run({ script: 'sleep 0 & wait; exit 3' })
      assert.equal(status, 3)
    }),
  )
})

describe('a program without a handler is ended', () => {
  it(
    'when the list of its groups is longer than a page',
    requires('root'),
    inBox({}, async (box) => {
      const groups = Array.from({ length: 1000 }, (_, index) => `${50_000 + index}`)
      await sleeps(box, [['groups', packList(groups)]])
      box.shim.process.kill('SIGTERM')
      await ends(box, 143)
    }),
  )

  it(
    'when it is not the leader of its session, and has children that catch the signal',
    inBox({}, async (box) => {
      await runs(box, `(trap "" TERM; exec sleep 1000) & ${waiting}`)
      box.shim.process.kill('SIGTERM')
      await ends(box, 143)
    }),
  )
})
