// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PROTOCOL } from '../../native-shim/ops.ts'
import { enterOps, inBox, shell } from './box.ts'
import { hangUp, keep, later } from './later.ts'
import { within } from './within.ts'

describe('a monitor that is held', () => {
  it(
    'does not end with the container, nor run what comes after, until it is released',
    inBox({}, async (box) => {
      await box.start()
      await keep(box, later(box, 'echo after'), ['hold'])
      await box.perform([...enterOps(box.rootfs), ['pivot'], ['gate'], shell('exit 4')])
      assert.equal((await box.shim.request(['run'])).name, 'started')
      assert.equal((await box.shim.next()).name, 'exit')
      assert.equal((await box.shim.request(['hello', PROTOCOL])).name, 'hello')
      assert.equal(box.shim.stderr(), '')
      box.shim.send(['release'])
      assert.equal(await within('the end of the shim', box.shim.ended), 4)
      assert.equal(box.shim.stderr(), 'after\n')
    }),
  )

  it(
    'ends with the one who holds it',
    inBox({}, async (box) => {
      await box.start()
      await keep(box, ['hold'])
      await box.perform([...enterOps(box.rootfs), ['pivot'], ['gate'], shell('exit 4')])
      assert.equal((await box.shim.request(['run'])).name, 'started')
      assert.equal((await box.shim.next()).name, 'exit')
      await hangUp(box, '')
    }),
  )
})
