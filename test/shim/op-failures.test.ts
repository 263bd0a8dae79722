// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OpName } from '../../native-shim/ops.ts'
import { type Failure, testFailures } from './failure.ts'
import { chrootFailures } from './failures-chroot.ts'
import { fileFailures } from './failures-files.ts'
import { hostSideFailures } from './failures-host-side.ts'
import { mountFailures } from './failures-mount.ts'
import { processFailures } from './failures-process.ts'
import { seccompFailures } from './failures-seccomp.ts'
import { volumeFailures } from './failures-volume.ts'
import { hookFailures } from './hook-ops.ts'

/** An op without a row here does not compile. */
const failures: Readonly<Record<OpName, readonly Failure[]>> = {
  ...processFailures,
  ...seccompFailures,
  ...fileFailures,
  ...mountFailures,
  ...volumeFailures,
  ...hostSideFailures,
  hook: hookFailures,
  ...chrootFailures,
}

describe('the failure of an op', () => {
  for (const [op, rows] of Object.entries(failures)) testFailures(op, rows)

  it('is shown for all but those that succeed always, and the gate, which only waits', () => {
    const without = Object.entries(failures).filter(([, rows]) => rows.length === 0)
    assert.deepEqual(
      without.map(([op]) => op),
      ['umask', 'gate', 'host-sources'],
    )
  })
})
