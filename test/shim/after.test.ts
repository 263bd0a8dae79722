// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe, it } from 'node:test'
import { packList } from '../../native-shim/fields.ts'
import type { Reply } from '../../native-shim/messages.ts'
import { listProcesses, readProc } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import { enterOps, inBox, kinds, shell, startRequest } from './box.ts'
import { hangUp, keep, later } from './later.ts'
import { guardOf } from './remains.ts'
import { within } from './within.ts'

/** The process that sleeps for that many seconds. */
const sleeper = (seconds: number) =>
  listProcesses().find(({ pid }) => readProc(pid, 'cmdline') === `sleep\0${seconds}\0`)?.pid

describe('what runs after the container', () => {
  for (const kind of kinds)
    it(
      `runs when no process of it is left, in order; the exit status stays [${kind}]`,
      inBox({ kind }, async (box) => {
        const script = (word: string, init: number) =>
          `[ -d /proc/${init} ] && echo init; read -r line; echo ${word} $line >&2`
        const init = await box.start()
        const guard = guardOf(init)
        await keep(box, later(box, script('one', init), { input: 'first\n' }))
        await keep(box, later(box, script('two', guard), { input: 'second\n' }))
        await box.perform([...enterOps(box.rootfs), ['pivot'], ['gate'], shell('exit 4')])
        assert.equal((await box.shim.request(['run'])).name, 'started')
        assert.equal(await within('the end of the shim', box.shim.ended), 4)
        assert.equal(box.shim.stderr(), 'one first\ntwo second\n')
        assert.equal(box.shim.stdout().toString(), '')
      }),
    )

  it(
    'has its arguments and variables, a session of its own, and no descriptor but stdio',
    inBox({}, async (box) => {
      const own = 'read -r pid _ _ _ group session _ < /proc/self/stat'
      const script = `${own}; echo $0 $WORD $((pid - group)) $((pid - session)); ls /proc/self/fd`
      await keep(box, later(box, script))
      await hangUp(box, 'zero word 0 0\n0\n1\n2\n3\n') // 3 is what ls opens
    }),
  )

  it(
    'reads all of a long input, or none of it',
    inBox({}, async (box) => {
      const input = 'x'.repeat(1 << 20)
      await keep(box, later(box, 'wc -c', { input }), later(box, 'echo none', { input }))
      await hangUp(box, `${input.length}\nnone\n`)
    }),
  )

  it(
    'tells of each failure in the words that came with it, and the next one runs',
    inBox({}, async (box) => {
      await keep(
        box,
        later(box, 'exit 3'),
        later(box, 'kill -KILL $$'),
        later(box, '', { program: '/missing' }),
        later(box, '', { program: '/etc' }),
        later(box, 'echo last'),
      )
      const lines = [
        'status 3',
        'status 137',
        'not started: No such file or directory',
        'not started: Permission denied',
        'last',
      ]
      await hangUp(box, `${lines.join('\n')}\n`)
    }),
  )

  it(
    'is killed with its group when its time is over',
    inBox({}, async (box) => {
      const script = 'trap "" TERM HUP INT; echo begun; sleep 1002 & sleep 1002'
      await keep(box, later(box, script, { timeoutMs: 200 }), later(box, 'echo last'))
      await hangUp(box, 'begun\ntoo long\nlast\n')
    }),
  )

  it(
    'is killed by a signal that would end the monitor, which runs the next one',
    inBox({}, async (box) => {
      await keep(box, later(box, 'sleep 1003; true'), later(box, 'echo last'))
      box.shim.hangUp()
      await until('it runs', () => sleeper(1003))
      box.shim.process.kill('SIGTERM')
      assert.equal(await within('the end of the shim', box.shim.ended), 125)
      assert.equal(box.shim.stderr(), 'status 137\nlast\n')
    }),
  )

  it(
    'dies with a monitor that is killed',
    inBox({}, async (box) => {
      await keep(box, later(box, 'exec sleep 1004'), later(box, 'echo last'))
      box.shim.hangUp()
      await until('it runs', () => sleeper(1004))
      box.shim.process.kill('SIGKILL')
      assert.equal(await within('the end of the shim', box.shim.ended), 'SIGKILL')
      assert.equal(box.shim.stderr(), '')
    }),
  )
})

describe('what is to run after the container runs', () => {
  it(
    'when the monitor gets a signal before the program runs',
    inBox({}, async (box) => {
      await keep(box, later(box, 'echo after'))
      await box.start()
      box.shim.process.kill('SIGTERM')
      assert.equal(await within('the end of the shim', box.shim.ended), 143)
      assert.equal(box.shim.stderr(), 'after\n')
    }),
  )

  it(
    'when the guard is killed',
    inBox({}, async (box) => {
      const init = await box.start()
      await keep(box, later(box, 'echo after'))
      await box.perform([...enterOps(box.rootfs), ['pivot'], ['gate'], shell('sleep 1000')])
      assert.equal((await box.shim.request(['run'])).name, 'started')
      process.kill(guardOf(init), 'SIGKILL')
      assert.equal(await within('the end of the shim', box.shim.ended), 137)
      assert.equal(box.shim.stderr(), 'guard lost\nafter\n')
    }),
  )

  it(
    'when the container cannot be started',
    inBox({}, async (box) => {
      await keep(box, later(box, 'echo after'))
      const fields = [...startRequest({ kind: 'nested' })]
      box.shim.send(fields.map((field, at) => (at === 3 ? '0 0 0\n' : field))) // the gid map
      assert.equal((await box.shim.next()).name, 'error')
      await hangUp(box, 'after\n')
    }),
  )

  it(
    'when an op fails, after all else is gone',
    inBox({}, async (box) => {
      const init = await box.start()
      await keep(box, later(box, `[ -d /proc/${init} ] || echo after`))
      assert.equal((await box.shim.ops([['unshare', 1]]))[0]?.name, 'error')
      await hangUp(box, 'after\n')
    }),
  )
})

describe('what may be kept to run after the container', () => {
  const full: Reply = {
    name: 'error',
    where: 'after',
    index: -1,
    errno: constants.errno.ENOSPC,
    detail: '/bin/sh',
  }

  it(
    'is 64 programs',
    inBox({}, async (box) => {
      for (let count = 0; count < 64; count++) await keep(box, later(box, `echo ${count}`))
      assert.deepEqual(await box.shim.request(later(box, 'echo too many')), full)
      await hangUp(box, Array.from({ length: 64 }, (_, count) => `${count}\n`).join(''))
    }),
  )

  it(
    'is 4 MiB of them',
    inBox({}, async (box) => {
      const input = 'x'.repeat(3 << 20)
      await keep(box, later(box, 'wc -c', { input }))
      assert.deepEqual(await box.shim.request(later(box, 'wc -c', { input })), full)
      await hangUp(box, `${input.length}\n`)
    }),
  )

  const malformed: readonly { name: string; change: readonly [number, string | Uint8Array] }[] = [
    { name: 'no program name', change: [2, packList([])] },
    { name: 'a time below 0', change: [5, '-1'] },
    { name: 'a time that no timer takes', change: [5, '4294967296'] },
    { name: 'two notices', change: [6, packList(['one', 'two'])] },
    { name: 'four notices', change: [6, packList(['one', 'two', 'three', 'four'])] },
  ]
  for (const { name, change } of malformed)
    it(
      `has its form: ${name} ends the shim`,
      inBox({}, async (box) => {
        const fields = [...later(box, ':')].map((field, at) =>
          at === change[0] ? change[1] : field,
        )
        box.shim.send(fields)
        assert.equal(await within('the end of the shim', box.shim.ended), 125)
        assert.equal(box.shim.stderr(), 'tsbuild-shim: protocol error: malformed after\n')
      }),
    )
})
