// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../../core/lib/errors.ts'
import { reasonOf } from '../../../../../core/spec/seccomp/actions.ts'
import { compileSeccomp } from '../../../../../core/spec/seccomp/compile.ts'
import type { LinuxSeccomp, SeccompFlag } from '../../../../../core/spec/seccomp/types.ts'
import { runFilter } from './bpf.ts'

const arch = 0xc000003e
const getpid = 39

/** Profiles come from JSON: their types are a promise that a file need not keep. */
const fromJson = (text: string): LinuxSeccomp => JSON.parse(text)

const actions = [
  { action: 'SCMP_ACT_KILL', want: 0 },
  { action: 'SCMP_ACT_KILL_THREAD', want: 0 },
  { action: 'SCMP_ACT_KILL_PROCESS', want: 0x80000000 },
  { action: 'SCMP_ACT_TRAP', want: 0x00030000 },
  { action: 'SCMP_ACT_ERRNO', want: 0x00050001 },
  { action: 'SCMP_ACT_ERRNO', errnoRet: 0, want: 0x00050000 },
  { action: 'SCMP_ACT_ERRNO', errnoRet: 4095, want: 0x00050fff },
  { action: 'SCMP_ACT_TRACE', want: 0x7ff00001 },
  { action: 'SCMP_ACT_TRACE', errnoRet: 65535, want: 0x7ff0ffff },
  { action: 'SCMP_ACT_NOTIFY', want: 0x7fc00000 },
  { action: 'SCMP_ACT_LOG', want: 0x7ffc0000 },
  { action: 'SCMP_ACT_ALLOW', want: 0x7fff0000 },
] as const

describe('actions', () => {
  for (const { want, ...action } of actions) {
    it(`${JSON.stringify(action)} returns ${want.toString(16)}, by rule and by default`, () => {
      const rule: LinuxSeccomp = {
        defaultAction: want === 0 ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_KILL',
        syscalls: [{ names: ['getpid'], ...action }],
      }
      const byDefault: LinuxSeccomp = {
        defaultAction: action.action,
        ...('errnoRet' in action ? { defaultErrnoRet: action.errnoRet } : {}),
      }
      for (const profile of [rule, byDefault]) {
        const { program } = compileSeccomp(profile, 'x64')
        assert.equal(runFilter(program, { arch, number: getpid }).returns, want)
      }
    })
  }
})

const refusals = [
  {
    name: 'an unknown default',
    json: '{"defaultAction":"SCMP_ACT_MAYBE"}',
    want: /SCMP_ACT_MAYBE/,
  },
  {
    name: 'an unknown action, even of a call that nobody knows',
    json: '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["x"],"action":"allow"}]}',
    want: /unknown action "allow"/,
  },
  {
    name: 'an errno with a default that takes none',
    json: '{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1}',
    want: /errno 1 given for SCMP_ACT_ALLOW/,
  },
  {
    name: 'an errno with an action that takes none',
    json: rule({ action: 'SCMP_ACT_KILL', errnoRet: 1 }),
    want: /errno 1 given for SCMP_ACT_KILL/,
  },
  {
    name: 'an errno that the kernel would cut',
    json: rule({ action: 'SCMP_ACT_ERRNO', errnoRet: 4096 }),
    want: /errno 4096 .* 4095/,
  },
  { name: 'half an errno', json: rule({ action: 'SCMP_ACT_ERRNO', errnoRet: 1.5 }), want: /1\.5/ },
  {
    name: 'an unknown architecture',
    json: '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_VAX"]}',
    want: /SCMP_ARCH_VAX/,
  },
  {
    name: 'an unknown flag',
    json: '{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_NEW_LISTENER"]}',
    want: /unknown flag "SECCOMP_FILTER_FLAG_NEW_LISTENER"/,
  },
  { name: 'a seventh argument', json: condition({ index: 6 }), want: /index 6/ },
  { name: 'an argument before the first', json: condition({ index: -1 }), want: /index -1/ },
  { name: 'an unknown operator', json: condition({ op: 'SCMP_CMP_LIKE' }), want: /SCMP_CMP_LIKE/ },
  { name: 'a negative value', json: condition({ value: -1 }), want: /value -1/ },
  { name: 'a value that JSON has rounded', json: condition({ value: 2 ** 53 }), want: /2\^64-1/ },
  { name: 'a rounded second value', json: condition({ valueTwo: 2 ** 64 }), want: /2\^64-1/ },
]

function rule(fields: object): string {
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names: ['getpid'], action: 'SCMP_ACT_ALLOW', ...fields }],
  })
}

function condition(fields: object): string {
  return rule({ args: [{ index: 0, value: 0, op: 'SCMP_CMP_EQ', ...fields }] })
}

const refusal = (reason: RegExp) => (error: unknown) =>
  error instanceof TsbuildError && error.code === 'SPEC_INVALID' && reason.test(reasonOf(error))

describe('profiles that are refused', () => {
  for (const { name, json, want } of refusals) {
    it(name, () => {
      assert.throws(() => compileSeccomp(fromJson(json), 'x64'), refusal(want))
    })
  }

  it('a value above 64 bits', () => {
    const args = [{ index: 0, value: 1n << 64n, op: 'SCMP_CMP_EQ' }] as const
    const syscalls = [{ names: ['dup'], action: 'SCMP_ACT_LOG', args }] as const
    const profile: LinuxSeccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls }
    assert.throws(() => compileSeccomp(profile, 'x64'), { code: 'SPEC_INVALID' })
  })

  it('more conditions than a program has room for, but no fewer', () => {
    const of = (count: number): LinuxSeccomp => ({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        {
          names: ['dup'],
          action: 'SCMP_ACT_LOG',
          args: Array.from({ length: count }, (_, value) => ({
            index: 0,
            value: value + 1,
            op: 'SCMP_CMP_EQ',
          })),
        },
      ],
    })
    assert.ok(compileSeccomp(of(900), 'x64').program.length <= 4096 * 8)
    assert.throws(() => compileSeccomp(of(1100), 'x64'), refusal(/4096/))
  })
})

const flagRows: readonly {
  readonly name: string
  readonly flags?: readonly SeccompFlag[]
  readonly notify?: true
  readonly want: number
}[] = [
  { name: 'no list: SPEC_ALLOW', want: 4 },
  { name: 'an empty list: none', flags: [], want: 0 },
  {
    name: 'each one named',
    flags: [
      'SECCOMP_FILTER_FLAG_TSYNC',
      'SECCOMP_FILTER_FLAG_LOG',
      'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
    ],
    want: 1 + 2 + 4,
  },
  { name: 'a listener for NOTIFY', flags: [], notify: true, want: 8 },
  {
    name: 'with a listener no TSYNC: who hands it over stays outside',
    flags: ['SECCOMP_FILTER_FLAG_TSYNC', 'SECCOMP_FILTER_FLAG_LOG'],
    notify: true,
    want: 2 + 8,
  },
  {
    name: 'a killable wait with a listener',
    flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],
    notify: true,
    want: 8 + 32,
  },
  {
    name: 'no killable wait without one: the kernel would refuse it',
    flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],
    want: 0,
  },
]

describe('flags', () => {
  for (const { name, flags, notify, want } of flagRows) {
    it(name, () => {
      const profile: LinuxSeccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        ...(flags === undefined ? {} : { flags }),
        ...(notify ? { syscalls: [{ names: ['bpf'], action: 'SCMP_ACT_NOTIFY' }] } : {}),
      }
      assert.equal(compileSeccomp(profile, 'x64').flags, want)
    })
  }
})
