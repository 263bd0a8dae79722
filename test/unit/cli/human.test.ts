// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ago, shortId } from '../../../cli/human.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const times: readonly (readonly [seconds: number, want: string])[] = [
  [-5, 'Less than a second ago'],
  [0.9, 'Less than a second ago'],
  [1, '1 second ago'],
  [59.9, '59 seconds ago'],
  [minute, 'About a minute ago'],
  [2 * minute, '2 minutes ago'],
  [59 * minute + 59, '59 minutes ago'],
  [hour, 'About an hour ago'],
  [hour + 29 * minute, 'About an hour ago'],
  [hour + 30 * minute, '2 hours ago'],
  [47 * hour, '47 hours ago'],
  [2 * day, '2 days ago'],
  [13 * day, '13 days ago'],
  [14 * day, '2 weeks ago'],
  [59 * day, '8 weeks ago'],
  [60 * day, '2 months ago'],
  [729 * day, '24 months ago'],
  [730 * day, '2 years ago'],
]

describe('ago', () => {
  const now = new Date('2026-01-01T00:00:00Z')
  for (const [seconds, want] of times) {
    it(`${seconds} s are ${want}`, () => {
      assert.equal(ago(new Date(now.getTime() - seconds * 1000), now), want)
    })
  }
})

describe('shortId', () => {
  it('has twelve digits', () => assert.equal(shortId('0123456789abcdef'), '0123456789ab'))
})
