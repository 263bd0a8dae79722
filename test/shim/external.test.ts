// SPDX-License-Identifier: Apache-2.0
/** A container that commands of others make: the effects of `guard`, `command`, `adopt`, `last`. */
import assert from 'node:assert/strict'
import { closeSync, existsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CLONE } from '../../core/runtime/kernel.ts'
import { readProcess } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import { inBox } from './box.ts'
import {
  command,
  consolePath,
  guard,
  hangUp,
  last,
  makeInit,
  output,
  startInit,
} from './external.ts'
import { guardOf } from './remains.ts'
import { openMaster, openSlave, sendFd } from './send-fd.ts'
import { within } from './within.ts'

describe('a command below the guard', () => {
  it(
    'sees the processes of the guard in /proc, by the numbers that it knows them by',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      assert.equal(await output(box, 'read -r pid _ < /proc/self/stat; echo $((pid - $$))'), '0')
      const same = '[ "$(readlink /proc/1/ns/pid)" = "$(readlink /proc/self/ns/pid)" ]'
      assert.equal(await output(box, `echo $PPID; ${same} && echo same`), '1\nsame')
      await hangUp(box)
    }),
  )

  it(
    'is told by its status, its stdout and its stderr, and gets what it is given',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      const script = 'echo $WORD; pwd >&2; cat; exit 3'
      const reply = await box.shim.request(command(box, script))
      const stderr = `${box.directory}\n`
      assert.deepEqual(reply, { name: 'command-exit', status: 3, stdout: 'word\n', stderr })
      await hangUp(box)
    }),
  )

  it(
    'that is killed has the status of a shell; of one that talks a lot 64 KiB are kept',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      const reply = await box.shim.request(command(box, 'yes | head -c 99999; kill -KILL $$'))
      if (reply.name !== 'command-exit') assert.fail(reply.name)
      assert.equal(reply.status, 137)
      assert.equal(reply.stdout.length, 64 << 10)
      await hangUp(box)
    }),
  )

  it(
    'has a session of its own and no descriptors but its stdio',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      const own = 'read -r pid _ _ _ _ session _ < /proc/self/stat'
      assert.equal(
        await output(box, `${own}; echo $((pid - session)); ls /proc/$$/fd`),
        '0\n0\n1\n2',
      )
      await hangUp(box)
    }),
  )

  it(
    'and all below it end when the shim is killed',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      box.shim.send(command(box, 'sleep 1000 & touch there; sleep 1001'))
      await until('it runs', () => existsSync(join(box.directory, 'there')))
      box.shim.process.kill('SIGKILL')
      await within('the end of the shim', box.shim.ended)
    }),
  )
})

describe('an init that a command made', () => {
  it(
    'is below the guard; what it reads, writes and ends with goes through the shim',
    inBox({ shim: { stdio: ['pipe', 'pipe', 'pipe'] } }, async (box) => {
      const { shim } = box
      await shim.request(['guard', 'pipe', 'pipe', 'pipe', 'guard lost', CLONE.pid])
      const init = await makeInit(box, 'cat; echo words >&2; exit 7')
      assert.equal(readProcess(guardOf(init))?.name, 'tsbuild-shim')
      await startInit(box)
      shim.process.stdin?.end('what was said')
      const exit = await shim.next()
      assert.equal(exit.name === 'exit' && exit.code, 7)
      assert.equal(await within('the end of the shim', shim.ended), 7)
      assert.equal(shim.stdout().toString(), 'what was said')
      assert.equal(shim.stderr(), 'words\n')
    }),
  )

  it(
    'that ends before it is told that it runs is told as ended afterwards',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      const init = await makeInit(box, 'kill -TERM $$')
      await output(box, 'touch start')
      await until('it has ended', () => readProcess(init) === undefined)
      assert.deepEqual(await box.shim.request(['run']), { name: 'started' })
      const exit = await box.shim.next()
      assert.equal(exit.name === 'exit' && exit.signal, 15)
      assert.equal(await within('the end of the shim', box.shim.ended), 143)
    }),
  )

  it(
    'takes the signals that the shim gets',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      await makeInit(box, 'trap "exit 9" TERM; touch trapped; while :; do sleep 0.01; done')
      await startInit(box)
      await until('it waits', () => existsSync(join(box.directory, 'trapped')))
      box.shim.process.kill('SIGTERM')
      assert.equal(await within('the end of the shim', box.shim.ended), 9)
    }),
  )

  it(
    'has ended only when the last command has, whose failure is told',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      await makeInit(box, 'exit 4')
      const script = '[ ! -e ended ]; touch ended; echo its words >&2; exit 1'
      assert.deepEqual(await box.shim.request(last(box, script)), { name: 'ok' })
      await startInit(box)
      assert.equal((await box.shim.next()).name, 'exit')
      assert.ok(existsSync(join(box.directory, 'ended')))
      assert.equal(await within('the end of the shim', box.shim.ended), 4)
      assert.equal(box.shim.stderr(), 'the last one failed: its words\n')
    }),
  )

  it(
    'does not wait for a last command for longer than that may take',
    inBox({}, async (box) => {
      await box.shim.request(guard())
      await makeInit(box, 'exit 4')
      await box.shim.request(last(box, 'sleep 1000', 50))
      await startInit(box)
      assert.equal((await box.shim.next()).name, 'exit')
      assert.equal(await within('the end of the shim', box.shim.ended), 4)
      assert.equal(box.shim.stderr(), 'the last one failed: \n')
    }),
  )

  it(
    'gets the terminal whose master was sent to the console socket',
    inBox({ shim: { stdio: ['pipe', 'pipe', 'pipe'] } }, async (box) => {
      const { shim } = box
      await shim.request(['guard', 'null', 'null', 'null', 'guard lost', CLONE.pid])
      assert.deepEqual(await shim.request(['console-socket', consolePath(box)]), { name: 'ok' })
      const master = openMaster()
      const slave = openSlave(master)
      sendFd(consolePath(box), master)
      closeSync(master)
      await makeInit(box, 'while [ ! -e end ]; do sleep 0.01; done')
      await startInit(box)
      writeSync(slave, 'shown')
      await until('it is shown', () => shim.stdout().toString() === 'shown')
      closeSync(slave)
      shim.process.kill('SIGTERM')
      assert.equal(await within('the end of the shim', shim.ended), 143)
    }),
  )
})
