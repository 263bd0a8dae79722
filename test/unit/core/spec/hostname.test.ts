// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { checkHostname, hostnameFile } from '../../../../core/spec/hostname.ts'

describe('checkHostname', () => {
  for (const name of ['a', 'df86ca8a02de', 'web-1.example.org', 'my_box', 'x'.repeat(64)]) {
    it(`takes ${name}`, () => assert.equal(checkHostname(name), name))
  }
  for (const name of ['', '-a', 'a.', 'a b', 'a\n', 'ä', 'a\0', 'a#b', 'x'.repeat(65)]) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      assert.throws(
        () => checkHostname(name),
        (error) => error instanceof TsbuildError && error.code === 'USAGE',
      )
    })
  }
})

describe('hostnameFile', () => {
  it('is one line', () => assert.equal(hostnameFile('box'), 'box\n'))
})
