// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lookUp, type Named } from '../../../../core/store/look-up.ts'

const all: readonly Named[] = [
  { id: 'abc1', names: ['debian-working-container'] },
  { id: 'abd2', names: ['web', 'localhost/web:latest'] },
  { id: 'fed3', names: ['abc'] },
]

interface Case {
  readonly name: string
  readonly nameOrId: string
  /** The id of what is found. */
  readonly found?: string
  readonly problem?: string
  readonly hint?: RegExp
}

const cases: readonly Case[] = [
  { name: 'a name', nameOrId: 'web', found: 'abd2' },
  { name: 'one of several names', nameOrId: 'localhost/web:latest', found: 'abd2' },
  { name: 'an id', nameOrId: 'abd2', found: 'abd2' },
  { name: 'the start of one id', nameOrId: 'abd', found: 'abd2' },
  { name: 'a name before the start of an id', nameOrId: 'abc', found: 'fed3' },
  { name: 'the start of two ids', nameOrId: 'ab', problem: ': 2 ids start like this' },
  { name: 'no text at all', nameOrId: '', hint: /"list" lists/ },
  { name: 'a part of a name', nameOrId: 'debian', hint: /did you mean "debian-working-container"/ },
  { name: 'a name with a slip at its end', nameOrId: 'debian-working-contaimer', hint: /debian-/ },
  { name: 'a name like no other', nameOrId: 'zebra', hint: /"list" lists/ },
]

describe('lookUp', () => {
  for (const { name, nameOrId, found, problem = '', hint } of cases) {
    it(name, () => {
      const result = lookUp({ all, nameOrId, list: 'list' })
      assert.equal(result.found?.id, found)
      assert.equal(result.problem, problem)
      if (hint !== undefined) assert.match(result.hint, hint)
    })
  }
})
