// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../../core/lib/errors.ts'
import { checkCreated, parsePid } from '../../../../../core/runtime/external/state.ts'

const created = { ociVersion: '1.0.0', id: 'c1', pid: 5, status: 'created', bundle: '/b' }

const isFailure = (error: unknown) => {
  assert.ok(error instanceof TsbuildError)
  assert.equal(error.code, 'RUNTIME_FAILED')
  assert.match(error.hint ?? '', /leave out --runtime/)
  return true
}

describe('checkCreated', () => {
  it('takes what was made as we know it', () =>
    checkCreated(JSON.stringify(created), { id: 'c1', pid: 5 }))

  const wrong: readonly (readonly [string, string])[] = [
    ['another container', JSON.stringify({ ...created, id: 'c2' })],
    ['another process', JSON.stringify({ ...created, pid: 6 })],
    ['one that has ended', JSON.stringify({ ...created, status: 'stopped' })],
    ['words that are no JSON', 'created'],
    ['JSON that is no state', 'null'],
  ]
  for (const [name, state] of wrong)
    it(`refuses ${name}`, () =>
      assert.throws(() => checkCreated(state, { id: 'c1', pid: 5 }), isFailure))
})

describe('parsePid', () => {
  it('reads a number, with or without the end of a line', () => {
    assert.equal(parsePid('17'), 17)
    assert.equal(parsePid('17\n'), 17)
  })
  for (const text of ['', '0', '-1', '1 2', 'x', '9'.repeat(12)])
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parsePid(text), isFailure))
})
