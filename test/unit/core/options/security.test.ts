// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { securityOptions } from '../../../../core/options/security.ts'

describe('the security options', () => {
  const rows: readonly (readonly [options: readonly string[], want: object])[] = [
    [[], { noNewPrivileges: false, seccomp: 'default' }],
    [['no-new-privileges'], { noNewPrivileges: true, seccomp: 'default' }],
    [['seccomp=unconfined'], { noNewPrivileges: false, seccomp: 'unconfined' }],
    [['seccomp=/a', 'no-new-privileges', 'seccomp=b=c'], { noNewPrivileges: true, seccomp: 'b=c' }],
  ]
  for (const [options, want] of rows) {
    it(`of ${JSON.stringify(options)}`, () => {
      assert.deepEqual(securityOptions(options), want)
    })
  }

  for (const option of ['seccomp', 'seccomp=', 'label=disable', '']) {
    it(`are not ${JSON.stringify(option)}`, () => {
      const error = { code: 'USAGE', message: /has no "/, hint: /no-new-privileges/ }
      assert.throws(() => securityOptions([option]), error)
    })
  }
})
