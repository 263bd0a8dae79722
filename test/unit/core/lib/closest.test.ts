// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { closest } from '../../../../core/lib/closest.ts'

const names = ['images', 'info', 'rm', 'rmi', 'run', 'containers', 'config', 'commit']

const cases: readonly (readonly [name: string, word: string, want: string | undefined])[] = [
  ['a letter is missing', 'imges', 'images'],
  ['a letter too many', 'imagges', 'images'],
  ['another letter', 'imafes', 'images'],
  ['two letters are swapped', 'iamges', 'images'],
  ['two slips in a long word', 'cntainrs', 'containers'],
  ['one slip in a short word', 'rn', 'rm'],
  ['the beginning of one name', 'cont', 'containers'],
  ['the beginning of two is near to none', 'co', undefined],
  ['two slips in a short word are another word', 'rxx', undefined],
  ['nothing like it', 'frobnicate', undefined],
  ['nothing', '', undefined],
]

describe('closest', () => {
  for (const [name, word, want] of cases) {
    it(name, () => assert.equal(closest(word, names), want))
  }

  it('has nothing to choose from nothing', () => assert.equal(closest('run', []), undefined))
})
