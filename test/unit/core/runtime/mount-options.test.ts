// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type MountOptions, parseMountOptions } from '../../../../core/runtime/mount-options.ts'

const none: MountOptions = {
  isBind: false,
  isRecursive: false,
  attributes: 0,
  allAttributes: 0,
  propagation: 0,
  allPropagation: 0,
  data: '',
}

/** Values of mount_setattr(2) and mount(2), written out. */
const cases: readonly { options: readonly string[]; want: Partial<MountOptions> }[] = [
  { options: [], want: {} },
  { options: ['bind'], want: { isBind: true } },
  { options: ['rbind', 'ro'], want: { isBind: true, isRecursive: true, attributes: 1 } },
  { options: ['rbind', 'rro'], want: { isBind: true, isRecursive: true, allAttributes: 1 } },
  { options: ['nosuid', 'nodev', 'noexec'], want: { attributes: 14 } },
  { options: ['strictatime'], want: { attributes: 0x20 } },
  { options: ['private'], want: { propagation: 1 << 18 } },
  { options: ['rslave'], want: { allPropagation: 1 << 19 } },
  {
    options: ['mode=755', 'nosuid', 'size=64m'],
    want: { attributes: 2, data: 'mode=755,size=64m' },
  },
  { options: ['rw', 'exec', 'dev', 'suid', 'relatime'], want: {} },
]

describe('parseMountOptions', () => {
  for (const { options, want } of cases) {
    it(options.join(',') || 'nothing', () => {
      assert.deepEqual(parseMountOptions(options), { ...none, ...want })
    })
  }
})
