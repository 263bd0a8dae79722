// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  areContainerOptions,
  mergeOptions,
  optionKinds,
} from '../../../../core/options/container-options.ts'

describe('the options of a container', () => {
  it('add up where they are lists; of single values the last counts', () => {
    const container = { capAdd: ['A'], memory: '1g', httpProxy: false } as const
    const command = { capAdd: ['B'], memory: '2g', pid: 'host' } as const
    const want = { capAdd: ['A', 'B'], memory: '2g', httpProxy: false, pid: 'host' }
    assert.deepEqual(mergeOptions(container, {}, command), want)
  })

  it('name one network: that of the last who says', () => {
    const merged = mergeOptions({ network: ['a', 'b'] }, { network: ['none'] })
    assert.deepEqual(merged, { network: ['none'] })
  })

  it('merge capabilities layer by layer', () => {
    const merged = mergeOptions({ capDrop: ['chown'] }, {}, { capAdd: ['CAP_CHOWN'] })
    assert.deepEqual(merged, { capAdd: ['CAP_CHOWN'] })
  })

  const wrong: readonly unknown[] = [
    ...[null, [], 'x', { unknown: '' }, { toString: '' }],
    ...[{ capAdd: 'A' }, { capAdd: [1] }, { memory: [] }, { noHosts: 'yes' }],
  ]
  for (const value of wrong) {
    it(`are not ${JSON.stringify(value)}`, () => assert.equal(areContainerOptions(value), false))
  }

  it('may each be left out, or be of their kind', () => {
    const samples = { text: 'x', list: ['x'], flag: true }
    const all = Object.entries(optionKinds).map(([name, kind]) => [name, samples[kind]])
    assert.ok(areContainerOptions(Object.fromEntries(all)))
    assert.ok(areContainerOptions({}))
  })
})
