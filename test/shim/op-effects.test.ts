// SPDX-License-Identifier: Apache-2.0
import { describe } from 'node:test'
import type { OpName } from '../../native-shim/ops.ts'
import { type Effect, testEffects } from './effect.ts'
import { chrootEffects } from './effects-chroot.ts'
import { fileEffects } from './effects-files.ts'
import { hostSideEffects } from './effects-host-side.ts'
import { mountEffects } from './effects-mount.ts'
import { processEffects } from './effects-process.ts'
import { seccompEffects } from './effects-seccomp.ts'
import { volumeEffects } from './effects-volume.ts'
import { hookEffects } from './hook-ops.ts'

/** An op without a row here does not compile. */
const effects: Readonly<Record<OpName, readonly Effect[]>> = {
  ...processEffects,
  ...seccompEffects,
  ...fileEffects,
  ...mountEffects,
  ...volumeEffects,
  ...hostSideEffects,
  hook: hookEffects,
  ...chrootEffects,
}

describe('the effect of an op', () => {
  for (const [op, rows] of Object.entries(effects)) testEffects(op, rows)
})
