// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeMade, parseMade } from '../../../../core/snapshot/made-file.ts'

describe('parseMade', () => {
  const point = { path: '/a', before: { seconds: 1, nanoseconds: 5 }, isSettled: true }
  const open = { ...point, path: '/b\n', isSettled: false }

  it('reads what describeMade writes', () => {
    assert.deepEqual(parseMade([point, open, point].map(describeMade).join('')), [
      point,
      open,
      point,
    ])
  })

  it('reads up to where a killed process came', () => {
    const text = [point, open].map(describeMade).join('')
    for (let length = 0; length < text.length; length++) {
      const found = parseMade(text.slice(0, length))
      assert.deepEqual(
        found,
        [point, open]
          .slice(0, found.length)
          .map((one, index) => ({ ...one, isSettled: found[index]?.isSettled })),
      )
    }
    assert.deepEqual(parseMade('nonsense\0nonsense\0'), [])
  })
})
