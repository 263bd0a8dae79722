// SPDX-License-Identifier: Apache-2.0
/** What a helper is given when it starts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { namespaceOf } from '../harness/processes.ts'
import { inBox } from './box.ts'
import { hangUp, helper, ready, type Start, untilKilled } from './helper-request.ts'

describe('a helper', () => {
  it(
    'can say that it is ready on its stdout, and read a file that only we may open',
    inBox({}, async (box) => {
      const init = await box.start()
      const script = 'readlink /proc/self/fd/0 >&2; ls /proc/self/fd >&2; exit 1'
      const start = { input: `/proc/${init}/ns/net`, readyFd: 1 } as const
      const reply = await box.shim.request(helper(box, script, start))
      if (reply.name !== 'helper-failed') assert.fail(reply.name)
      assert.equal(reply.output, `${namespaceOf(init, 'net')}\n0\n1\n2\n3\n`) // 3: by ls
      const echo = helper(box, 'echo; exec sleep 1000', { readyFd: 1 })
      assert.deepEqual(await box.shim.request(echo), ready)
      await hangUp(box)
    }),
  )

  it(
    'starts in the user namespace that it is given',
    inBox({ kind: 'nested' }, async (box) => {
      const init = await box.start()
      const start = { userns: `/proc/${init}/ns/user` }
      const script = 'readlink /proc/self/ns/user; exit 1'
      const reply = await box.shim.request(helper(box, script, start))
      if (reply.name !== 'helper-failed') assert.fail(reply.name)
      assert.equal(reply.output, `${namespaceOf(init, 'user')}\n`)
      assert.deepEqual(await box.shim.request(helper(box, untilKilled, start)), ready)
      await hangUp(box)
    }),
  )

  const unusable: readonly { start: Start; output: string }[] = [
    { start: { input: '/missing/file' }, output: '/missing/file: No such file or directory' },
    { start: { userns: '/missing/ns' }, output: '/missing/ns: No such file or directory' },
    { start: { userns: '/dev/null' }, output: '/dev/null: Invalid argument' },
  ]
  for (const { start, output } of unusable)
    it(
      `does not start with ${JSON.stringify(start)}`,
      inBox({}, async (box) => {
        await box.start()
        const reply = await box.shim.request(helper(box, untilKilled, start))
        assert.deepEqual(reply, { name: 'helper-failed', helper: 'net', status: 127, output })
        await hangUp(box)
      }),
    )
})
