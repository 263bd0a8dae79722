// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { readDriver, storeDriver } from '../../../../core/snapshot/driver.ts'
import { driverPath } from '../../../../core/store/layout.ts'
import { monitorOf } from '../../../../core/store/lock-store.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { ShimError } from '../../../../native-shim/shim-error.ts'
import { mayMount, testContext } from '../store/test-context.ts'
import { EMPTY_STORE, leftovers } from '../store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

describe('storeDriver', { skip }, () => {
  it('is overlay where that works, and leaves nothing of the trial', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    assert.equal(readDriver(context), undefined)
    assert.equal(storeDriver(context), 'overlay')
    assert.equal(readDriver(context), 'overlay')
    assert.deepEqual(leftovers(context), EMPTY_STORE)
    assert.deepEqual(context.warnings, [])
  })

  it('is copying above an overlay, says so once, and stays', (t) => {
    const base = testContext()
    t.after(base.dispose)
    openStore(base)
    const mount = () => {
      throw new ShimError({ where: 'mount', index: -1, errno: 22, detail: 'overlay' })
    }
    // What the kernel answers where the store is on an overlay itself.
    const refusing = { ...base, monitor: { ...monitorOf(base), mount } }
    assert.equal(storeDriver(refusing), 'copy')
    assert.equal(storeDriver(refusing), 'copy')
    assert.equal(storeDriver(base), 'copy')
    assert.equal(base.warnings.length, 1)
    assert.match(base.warnings[0] ?? '', /mount: overlay: EINVAL.*full copy/)
    assert.deepEqual(leftovers(base), EMPTY_STORE)
  })

  it('refuses a record that was damaged', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    writeFileSync(driverPath(context.paths.root), '{"version":1,"driver":"zfs"}')
    assert.throws(() => storeDriver(context), { code: 'STORE_CORRUPT' })
  })
})
