// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hardLimits, hostFile } from '../../../../core/runtime/host.ts'

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                unlimited            processes
Max open files            1024                 20000                files
`

describe('hardLimits', () => {
  it('reads the second number, or no limit', () => {
    assert.deepEqual(hardLimits(limits), { nofile: 20000n, nproc: 18446744073709551615n })
  })
  it('takes an unreadable file for no limit', () => {
    assert.deepEqual(hardLimits(''), { nofile: 2n ** 64n - 1n, nproc: 2n ** 64n - 1n })
  })
})

describe('hostFile', () => {
  it('is undefined for what cannot be read', () => {
    assert.equal(hostFile('/nonexistent/file'), undefined)
  })
})
