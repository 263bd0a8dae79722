// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe, it } from 'node:test'
import { errnoNumber } from '../../../../core/spec/errno.ts'

describe('errnoNumber', () => {
  it('is what this machine says, for every name that Node knows', () => {
    const known = Object.entries(constants.errno)
    assert.ok(known.length > 70)
    for (const [name, number] of known) assert.equal(errnoNumber(name), number, name)
  })

  for (const [name, want] of [
    ['EHWPOISON', 133],
    ['ENOTSUP', 95],
    ['EDEADLOCK', 35],
    ['EBFONT', 59],
    ['ENOPE', undefined],
    ['-', undefined],
    ['', undefined],
  ] as const)
    it(`knows ${JSON.stringify(name)} as ${want}`, () => assert.equal(errnoNumber(name), want))
})
