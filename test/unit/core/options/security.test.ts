// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type SecurityOptions, securityOptions } from '../../../../core/options/security.ts'

const none: SecurityOptions = {
  noNewPrivileges: false,
  seccomp: 'default',
  mask: [],
  unmask: [],
  apparmor: undefined,
  label: [],
  procOptions: [],
}

describe('the security options', () => {
  const rows: readonly (readonly [words: readonly string[], want: Partial<SecurityOptions>])[] = [
    [[], {}],
    [['no-new-privileges'], { noNewPrivileges: true }],
    [['no-new-privileges=true'], { noNewPrivileges: true }],
    [['no-new-privileges:true'], { noNewPrivileges: true }],
    [['no-new-privileges', 'no-new-privileges=false'], {}],
    [['seccomp=unconfined'], { seccomp: 'unconfined' }],
    [['seccomp:unconfined'], { seccomp: 'unconfined' }],
    [['seccomp=/a', 'seccomp=b=c:d'], { seccomp: 'b=c:d' }],
    [['mask=/a:/b', 'mask=/c'], { mask: ['/a', '/b', '/c'] }],
    [['unmask=all'], { unmask: ['ALL'] }],
    [['unmask=/proc/*:/sys/firmware'], { unmask: ['/proc/*', '/sys/firmware'] }],
    [['systempaths=unconfined'], { unmask: ['ALL'] }],
    [['apparmor=unconfined'], { apparmor: 'unconfined' }],
    [['apparmor:a', 'apparmor=b'], { apparmor: 'b' }],
    [['label=type:a_t', 'label:level:s0:c1'], { label: ['type:a_t', 'level:s0:c1'] }],
    [['label=type:a_t', 'label=disable'], {}],
    [['proc-opts=hidepid=2,subset=pid'], { procOptions: ['hidepid=2', 'subset=pid'] }],
  ]
  for (const [words, want] of rows) {
    it(`of ${JSON.stringify(words)}`, () => {
      assert.deepEqual(securityOptions(words), { ...none, ...want })
    })
  }

  const wrong: readonly (readonly [word: string, hint: RegExp])[] = [
    ['', /no-new-privileges, seccomp/],
    ['constructor', /no-new-privileges, seccomp/],
    ['no-new-privileges=yes', /no-new-privileges=false/],
    ['secomp=unconfined', /seccomp=FILE/],
    ['seccomp', /seccomp=FILE/],
    ['seccomp=', /seccomp=FILE/],
    ['apparmor=', /apparmor=PROFILE/],
    ['label=on', /label=disable/],
    ['mask=/a:b', /absolute/],
    ['mask=/a\0', /absolute/],
    ['unmask=proc', /ALL/],
    ['systempaths=no', /unconfined/],
    ['proc-opts=', /hidepid/],
  ]
  for (const [word, hint] of wrong) {
    it(`are not ${JSON.stringify(word)}`, () => {
      assert.throws(() => securityOptions([word]), { code: 'USAGE', message: /has no "/, hint })
    })
  }
})
