// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Box, enterOps, inBox, shell } from './box.ts'
import { within } from './within.ts'

async function runFollowed({ shim, rootfs, start, perform }: Box, script: string): Promise<void> {
  await start()
  await perform([...enterOps(rootfs), ['pivot'], ['gate'], shell(script)])
  assert.deepEqual(await shim.request(['follow']), { name: 'ok' })
  assert.deepEqual(await shim.request(['run']), { name: 'started' })
}

describe('a monitor that is followed', () => {
  it(
    'serves on when the program has ended, and ends with us',
    inBox({}, async (box) => {
      const { shim, directory } = box
      await runFollowed(box, 'echo out; exit 3')
      const exit = await shim.next()
      assert.ok(exit.name === 'exit' && exit.code === 3, JSON.stringify(exit))
      const lock = await shim.request(['lock', `${directory}/lock`, 'exclusive', 'try'])
      assert.equal(lock.name, 'locked')
      shim.hangUp()
      assert.equal(await within('the end of the shim', shim.ended), 3)
      assert.equal(shim.stdout().toString(), 'out\n')
    }),
  )

  it(
    'ends by itself where nobody can be told how the program ended',
    inBox({}, async (box) => {
      await runFollowed(box, 'exec sleep 1000')
      box.shim.hangUp()
      assert.equal(await within('the end of the shim', box.shim.ended), 125)
    }),
  )
})
