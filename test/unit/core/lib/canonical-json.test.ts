// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonicalJson } from '../../../../core/lib/canonical-json.ts'

describe('canonicalJson', () => {
  it('sorts the keys of objects at every depth, and not lists', () => {
    const value = { b: [{ d: 1, c: [2, 1] }], a: null, ä: 'x', Z: true }
    const want = '{"Z":true,"a":null,"b":[{"c":[2,1],"d":1}],"ä":"x"}'
    assert.equal(canonicalJson(value), want)
  })

  it('keeps keys that mean something to JavaScript', () => {
    const value: unknown = JSON.parse('{"b":1,"__proto__":{"d":1,"c":2}}')
    assert.equal(canonicalJson(value), '{"__proto__":{"c":2,"d":1},"b":1}')
  })
})
