// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Rights } from '../../../../core/context.ts'
import { rightsHint } from '../../../../core/runtime/rights-hint.ts'

const every = 0x1ffffffffffn
const SETFCAP = 1n << 31n

interface Case {
  readonly name: string
  readonly steps?: readonly string[]
  readonly sysctls?: Readonly<Record<string, string>>
  readonly rights?: Partial<Rights>
  readonly hint: RegExp
}

const cases: readonly Case[] = [
  { name: 'without the launcher', steps: ['launcher'], hint: /start the tsbuild command/ },
  { name: 'no programs in memory', steps: ['seal'], hint: /vm\.memfd_noexec=0/ },
  {
    name: 'no user namespaces at all',
    sysctls: { 'user/max_user_namespaces': '0' },
    hint: /max_user_namespaces=/,
  },
  {
    name: 'none for users, on Debian',
    sysctls: { 'kernel/unprivileged_userns_clone': '0' },
    hint: /unprivileged_userns_clone=1/,
  },
  {
    name: 'none for users, on Ubuntu',
    sysctls: { 'kernel/apparmor_restrict_unprivileged_userns': '1' },
    hint: /AppArmor profile/,
  },
  {
    name: 'no mounts, as with an AppArmor profile of docker',
    steps: ['capabilities', 'mount-slave'],
    hint: /--security-opt apparmor=unconfined --security-opt seccomp=unconfined/,
  },
  {
    name: 'no unshare, as with a seccomp filter of docker',
    steps: ['capabilities', 'unshare-user'],
    hint: /--security-opt seccomp=unconfined, which allows user namespaces; otherwise run as root$/,
  },
  {
    name: 'root that may not map root',
    steps: ['capabilities', 'uid_map'],
    rights: { hostUid: 0, capabilities: every & ~SETFCAP },
    hint: /--cap-add SETUID,SETGID,SETFCAP/,
  },
  { name: 'anything else', steps: ['uid_map'], hint: /^run as root$/ },
]

describe('rightsHint', () => {
  for (const { name, steps = [], sysctls = {}, rights, hint } of cases)
    it(name, () => {
      const tried = steps.map((step) => ({ rung: 4, errno: 1, step, words: '' }))
      const found: Rights = {
        ...{ entered: true, rung: 0, hostUid: 1000, hostGid: 1000, capabilities: every },
        ...{ uidMap: [], gidMap: [], tried, program: '', terminals: [false, false, false] },
        ...rights,
      }
      assert.match(
        rightsHint(found, (sysctl) => sysctls[sysctl]),
        hint,
      )
    })
})
