// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fitHistory } from '../../../images/fit-history.ts'

describe('fitHistory', () => {
  const full = (created_by: string) => ({ created_by })
  const empty = (created_by: string) => ({ created_by, empty_layer: true })
  const rows = [
    { name: 'it fits', history: [full('a'), empty('b')], count: 1 },
    { name: 'there is none', history: [], count: 2, want: [{}, {}] },
    {
      name: 'too few',
      history: [empty('a'), full('b')],
      count: 2,
      want: [empty('a'), full('b'), {}],
    },
    { name: 'too many', history: [full('a'), full('b')], count: 1, want: [full('a'), empty('b')] },
    { name: 'no layers', history: [full('a')], count: 0, want: [empty('a')] },
  ]
  for (const { name, history, count, want = history } of rows)
    it(`has an entry for each layer: ${name}`, () =>
      assert.deepEqual(fitHistory(history, count), want))
})
