// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../../core/lib/errors.ts'
import { parseExactJson } from '../../../../../core/lib/exact-json.ts'
import { reasonOf } from '../../../../../core/spec/seccomp/actions.ts'
import { readEngineProfile } from '../../../../../core/spec/seccomp/engine-profile.ts'

const read = (profile: object | string) =>
  readEngineProfile(parseExactJson(typeof profile === 'string' ? profile : JSON.stringify(profile)))

const rule = (fields: object) => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls: [
    { names: ['read'], action: 'SCMP_ACT_ALLOW' },
    { names: ['write'], ...fields },
  ],
})
const argument = (fields: object) =>
  rule({
    action: 'SCMP_ACT_ALLOW',
    args: [
      { index: 0, value: 0, op: 'SCMP_CMP_EQ' },
      { index: 1, value: 1, op: 'SCMP_CMP_EQ', ...fields },
    ],
  })

const refusals: readonly { readonly profile: object | string; readonly want: string }[] = [
  { profile: '[]', want: 'expected an object, got a list' },
  { profile: {}, want: 'defaultAction: expected text, got nothing' },
  { profile: { defaultAction: 5 }, want: 'defaultAction: expected text, got 5' },
  { profile: { defaultAction: 'ALLOW' }, want: 'unknown action "ALLOW"' },
  {
    profile: { defaultAction: 'SCMP_ACT_ERRNO', defaultErrno: 'EWHAT' },
    want: 'defaultErrno: unknown errno "EWHAT"',
  },
  {
    profile: { defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 3 },
    want: 'errno 3 given for SCMP_ACT_ALLOW',
  },
  {
    profile: { defaultAction: 'SCMP_ACT_LOG', architectures: ['SCMP_ARCH_X86', 'amd64'] },
    want: 'architectures[1]: unknown architecture "amd64"',
  },
  {
    profile: {
      defaultAction: 'SCMP_ACT_LOG',
      architectures: ['SCMP_ARCH_X86'],
      archMap: [{ architecture: 'SCMP_ARCH_X86_64' }],
    },
    want: 'archMap: it and architectures are both given',
  },
  {
    profile: { defaultAction: 'SCMP_ACT_LOG', flags: ['LOG'] },
    want: 'flags[0]: unknown flag "LOG"',
  },
  {
    profile: { defaultAction: 'SCMP_ACT_LOG', listenerMetadata: 'x' },
    want: 'listenerMetadata: given without listenerPath',
  },
  {
    profile: { defaultAction: 'SCMP_ACT_LOG', listenerPath: 'agent.sock' },
    want: 'listenerPath: it is no absolute path',
  },
  {
    profile: { defaultAction: 'SCMP_ACT_LOG', syscalls: {} },
    want: 'syscalls: expected a list, got an object',
  },
  { profile: rule({}), want: 'syscalls[1].action: expected text, got nothing' },
  {
    profile: rule({ action: 'SCMP_ACT_MAYBE' }),
    want: 'syscalls[1]: unknown action "SCMP_ACT_MAYBE"',
  },
  {
    profile: rule({ action: 'SCMP_ACT_ERRNO', errnoRet: 4096 }),
    want: 'syscalls[1]: errno 4096 for SCMP_ACT_ERRNO is not between 0 and 4095',
  },
  {
    profile: rule({ action: 'SCMP_ACT_ERRNO', errno: 'NO' }),
    want: 'syscalls[1].errno: unknown errno "NO"',
  },
  {
    profile: rule({ action: 'SCMP_ACT_ALLOW', name: 'open' }),
    want: 'syscalls[1].name: it and names are both given',
  },
  {
    profile: rule({ action: 'SCMP_ACT_ALLOW', names: ['x', 7] }),
    want: 'syscalls[1].names[1]: expected text, got 7',
  },
  {
    profile: rule({ action: 'SCMP_ACT_ALLOW', includes: { minKernel: '4' } }),
    want: 'syscalls[1].includes.minKernel: "4" is no version like "4.8"',
  },
  {
    profile: rule({ action: 'SCMP_ACT_ALLOW', excludes: { caps: 'CAP_CHOWN' } }),
    want: 'syscalls[1].excludes.caps: expected a list, got "CAP_CHOWN"',
  },
  {
    profile: argument({ index: 6 }),
    want: 'syscalls[1].args[1]: argument index 6 is not between 0 and 5',
  },
  {
    profile: argument({ op: 'EQ' }),
    want: 'syscalls[1].args[1]: unknown operator "EQ"',
  },
  {
    profile: argument({ value: '1' }),
    want: 'syscalls[1].args[1].value: expected a number, got "1"',
  },
  {
    profile: argument({ value: -1 }),
    want: 'syscalls[1].args[1]: argument value -1 is not an exact number between 0 and 2^64-1',
  },
  {
    profile: '{"defaultAction":"SCMP_ACT_LOG","syscalls":[null]}',
    want: 'syscalls[0]: expected an object, got nothing',
  },
]

describe('readEngineProfile', () => {
  for (const { profile, want } of refusals)
    it(`refuses: ${want}`, () => {
      assert.throws(
        () => read(profile),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'SPEC_INVALID' &&
          reasonOf(error) === want,
      )
    })

  it('takes the OCI form: no name, no filters', () => {
    const { syscalls, archMap } = read(rule({ action: 'SCMP_ACT_LOG' }))
    assert.deepEqual(archMap, [])
    const none = { caps: [], arches: [], minKernel: undefined }
    assert.deepEqual(syscalls[1], {
      names: ['write'],
      action: 'SCMP_ACT_LOG',
      args: [],
      includes: none,
      excludes: none,
    })
  })

  it('takes one name instead of names, and errnos by name, number and text', () => {
    const { defaultErrnoRet, syscalls } = read({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrno: 'ENOSYS',
      defaultErrnoRet: 1,
      syscalls: [
        { name: 'a', names: [], action: 'SCMP_ACT_ERRNO', errno: 'EPERM', errnoRet: 5 },
        { name: 'b', action: 'SCMP_ACT_TRACE', errno: '7' },
        { name: 'c', action: 'SCMP_ACT_ERRNO', errno: '', errnoRet: 9 },
        { name: 'd', action: 'SCMP_ACT_ERRNO' },
      ],
    })
    assert.equal(defaultErrnoRet, 38)
    assert.deepEqual(
      syscalls.map(({ names, errnoRet }) => [...names, errnoRet]),
      [
        ['a', 1],
        ['b', 7],
        ['c', 9],
        ['d', undefined],
      ],
    )
  })

  it('keeps all 64 bits of a value', () => {
    const text = JSON.stringify(argument({ valueTwo: 0 })).replace(
      '"valueTwo":0',
      '"valueTwo":18446744073709551615',
    )
    assert.equal(read(text).syscalls[1]?.args?.[1]?.valueTwo, 2n ** 64n - 1n)
  })
})
