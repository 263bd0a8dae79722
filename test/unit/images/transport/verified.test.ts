// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sha256 } from '../../../../images/digest.ts'
import { readVerified } from '../../../../images/transport/verified.ts'

const parts = [Buffer.from('one'), Buffer.from('two')]
const digest = sha256('onetwo')

const wrong: readonly [name: string, size: number, of: string, message: RegExp][] = [
  ['another content', 6, 'onetwx', /its content is sha256:/],
  ['too few bytes', 7, 'onetwo', /it has 6 of the 7 bytes/],
  ['too many bytes', 5, 'onetwo', /longer than the 5 bytes/],
  ['more than is allowed', 11, 'onetwo', /it has 11 bytes, 10 are allowed/],
]

describe('readVerified', () => {
  it('gives what the descriptor names', () => {
    assert.equal(readVerified(parts, { digest, size: 6 }, 10).toString(), 'onetwo')
  })

  for (const [name, size, of, message] of wrong) {
    it(`refuses ${name}`, () => {
      const read = () => readVerified(parts, { digest: sha256(of), size }, 10)
      assert.throws(read, { code: 'BLOB_CORRUPT', message, hint: /copy or write the image/ })
    })
  }

  it('reads no further than it must', () => {
    function* endless() {
      for (;;) yield Buffer.alloc(1024)
    }
    assert.throws(() => readVerified(endless(), { digest, size: 4096 }, 4096), /longer/)
  })
})
