// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { packList } from '../../native-shim/fields.ts'
import type { Reply, Request } from '../../native-shim/messages.ts'
import { descendants, listProcesses, readProc } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import { type Box, enterOps, inBox, shell } from './box.ts'
import { hangUp, helper, ready, untilKilled } from './helper-request.ts'
import { guardOf } from './remains.ts'
import { within } from './within.ts'

/** The process that runs a script with that word. */
const processWith = (word: string) =>
  listProcesses().find(({ pid }) => readProc(pid, 'cmdline')?.includes(word))

/** Runs a program that stays, with helpers beside it. */
async function runWith(box: Box, requests: readonly Request[], script: string): Promise<number> {
  const init = await box.start()
  for (const request of requests)
    assert.equal((await box.shim.request(request)).name, 'helper-ready')
  await box.perform([...enterOps(box.rootfs), ['pivot'], ['gate'], shell(script)])
  assert.equal((await box.shim.request(['run'])).name, 'started')
  return init
}

describe('a helper', () => {
  it(
    'that says so is ready, and gone with the container',
    inBox({}, async (box) => {
      await box.start()
      assert.deepEqual(await box.shim.request(helper(box, untilKilled)), ready)
      await hangUp(box)
    }),
  )

  it(
    'gets its environment, a session of its own and no descriptors but 0 to 3',
    inBox({}, async (box) => {
      await box.start()
      const own = 'read -r pid _ _ _ group session _ < /proc/self/stat'
      const words = '$WORD $((pid - group)) $((pid - session))'
      const script = `${own}; echo ${words}; ls -l /proc/self/fd; exit 1`
      const reply = await box.shim.request(helper(box, script))
      if (reply.name !== 'helper-failed') assert.fail(reply.name)
      const [first, , ...fds] = reply.output.trim().split('\n')
      assert.equal(first, 'word 0 0')
      const links = fds.map((line) =>
        line.replace(/.* (\d+ -> [^:]*).*/, '$1').replace(/\/\d+/, ''),
      )
      const opened = '4 -> /proc/fd' // by ls
      assert.deepEqual(links, ['0 -> /dev/null', '1 -> /memfd', '2 -> /memfd', '3 -> pipe', opened])
      await hangUp(box)
    }),
  )

  const failing: readonly { name: string; script: string; status: number; output: string }[] = [
    {
      name: 'that fails',
      script: 'echo out; echo err >&2; exit 7',
      status: 7,
      output: 'out\nerr\n',
    },
    { name: 'that ends well before it was ready', script: ':', status: 0, output: '' },
    { name: 'that is killed', script: 'kill -KILL $$', status: 137, output: '' },
    {
      name: 'that closes its ready pipe and ends later',
      script: 'exec 3>&-; sleep 0.05; exit 3',
      status: 3,
      output: '',
    },
    {
      name: 'that talks a lot',
      script: 'yes | head -c 9000; exit 1',
      status: 1,
      output: 'y\n'.repeat(2048),
    },
  ]
  for (const { name, script, status, output } of failing)
    it(
      `${name} is reported with what it said, and another can be started`,
      inBox({}, async (box) => {
        await box.start()
        const reply = await box.shim.request(helper(box, script))
        assert.deepEqual(reply, { name: 'helper-failed', helper: 'net', status, output })
        assert.deepEqual(await box.shim.request(helper(box, untilKilled)), ready)
        await hangUp(box)
      }),
    )

  it(
    'that does not exist is reported by name',
    inBox({}, async (box) => {
      await box.start()
      const argv = packList(['/missing/helper', '-x'])
      const start = ['helper', 'net', argv, packList([]), '', '/dev/null', 3, 'ended'] as const
      const reply = await box.shim.request(start)
      const output = '/missing/helper: No such file or directory'
      assert.deepEqual(reply, { name: 'helper-failed', helper: 'net', status: 127, output })
      await hangUp(box)
    }),
  )

  it(
    'is told by its whole name',
    inBox({}, async (box) => {
      await box.start()
      const name = 'a-name-that-is-longer-than-thirty-one-bytes'
      const reply = await box.shim.request(helper(box, untilKilled, { name }))
      assert.deepEqual(reply, { name: 'helper-ready', helper: name })
      await hangUp(box)
    }),
  )

  it(
    'may be started while init performs ops',
    inBox({}, async (box) => {
      await box.start()
      box.shim.send(helper(box, untilKilled))
      box.shim.send(['ops', ...enterOps(box.rootfs).flat(), 'gate'])
      const replies: Reply[] = [await box.shim.next(), await box.shim.next()]
      assert.deepEqual(new Set(replies.map(({ name }) => name)), new Set(['helper-ready', 'ready']))
      await hangUp(box)
    }),
  )

  it(
    'that ends while the program runs is announced, each in its own words; the program goes on',
    inBox({}, async (box) => {
      const requests = [
        helper(box, 'echo >&3; read -r line < /dev/zero', { name: 'one' }),
        helper(box, 'echo >&3; exec sleep 1001', { name: 'two' }),
      ]
      await runWith(box, requests, 'trap "exit 5" TERM; while :; do sleep 0.01; done')
      for (const [word, name] of [
        ['read -r', 'one'],
        ['1001', 'two'],
      ] as const) {
        const pid = await until(`${name} is there`, () => processWith(word)?.pid)
        process.kill(pid, 'SIGKILL')
        await until(`the word about ${name}`, () =>
          box.shim.stderr().includes(`${name} has ended\n`),
        )
      }
      box.shim.process.kill('SIGTERM')
      assert.equal((await box.shim.next()).name, 'exit')
      assert.equal(await within('the end of the shim', box.shim.ended), 5)
      assert.equal(box.shim.stderr(), 'one has ended\ntwo has ended\n')
    }),
  )

  it(
    'does not outlive the program, and is not waited for',
    inBox({}, async (box) => {
      await runWith(box, [helper(box, 'trap "" TERM HUP INT; echo >&3; exec sleep 1000')], 'exit 4')
      const exit = await box.shim.next()
      assert.equal(exit.name === 'exit' && exit.code, 4)
      assert.equal(await within('the end of the shim', box.shim.ended), 4)
      assert.equal(box.shim.stderr(), '')
    }),
  )

  it(
    'is no child of the container and cannot be seen there',
    inBox({}, async (box) => {
      const init = await box.start()
      await box.shim.request(helper(box, untilKilled))
      assert.deepEqual(descendants(init), [])
      assert.equal(descendants(guardOf(init)).length, 2)
      await hangUp(box)
    }),
  )

  it(
    'is one of four at most',
    inBox({}, async (box) => {
      await box.start()
      for (let count = 0; count < 4; count++)
        assert.deepEqual(await box.shim.request(helper(box, untilKilled)), ready)
      const fifth = await box.shim.request(helper(box, untilKilled))
      const output = 'too many helpers'
      assert.deepEqual(fifth, { name: 'helper-failed', helper: 'net', status: 125, output })
      await hangUp(box)
    }),
  )
})
