// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type CapabilityWords,
  mergeCapabilities,
  words,
} from '../../../../core/options/capability-layers.ts'
import {
  defaultCapabilities,
  everyCapability,
  resolveCapabilities,
} from '../../../../core/spec/capabilities.ts'

/** Words of a layer, and which of a base they leave. */
const layers: readonly CapabilityWords[] = [
  {},
  { capAdd: ['SYS_ADMIN'] },
  { capAdd: ['cap_chown,kill'] },
  { capDrop: ['CHOWN'] },
  { capDrop: ['sys_admin', 'KILL'], capAdd: ['net_raw'] },
  { capDrop: ['CHOWN'], capAdd: ['CHOWN'] },
  { capAdd: ['all'] },
  { capAdd: ['ALL'], capDrop: ['KILL'] },
  { capDrop: ['all'] },
  { capDrop: ['ALL'], capAdd: ['CHOWN'] },
]

const resolve = (base: readonly string[], { capAdd, capDrop }: CapabilityWords) =>
  resolveCapabilities({
    base,
    add: words(capAdd),
    drop: words(capDrop),
    available: everyCapability,
  })

describe('two layers of capabilities', () => {
  for (const earlier of layers)
    for (const later of layers) {
      it(`${JSON.stringify(earlier)} below ${JSON.stringify(later)}`, () => {
        const want = resolve(resolve(defaultCapabilities, earlier), later)
        assert.deepEqual(resolve(defaultCapabilities, mergeCapabilities(earlier, later)), want)
      })
    }
})
