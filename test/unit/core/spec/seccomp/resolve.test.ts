// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readEngineProfile } from '../../../../../core/spec/seccomp/engine-profile.ts'
import { type ProfileFacts, resolveProfile } from '../../../../../core/spec/seccomp/resolve.ts'

const here: ProfileFacts = {
  capabilities: ['CAP_CHOWN', 'CAP_SYS_ADMIN'],
  machine: 'x64',
  kernelRelease: '6.1.0-13-amd64',
}

interface Case {
  readonly name: string
  readonly includes?: object
  readonly excludes?: object
  readonly facts?: Partial<ProfileFacts>
  readonly counts: boolean
}

const cases: readonly Case[] = [
  { name: 'a rule without filters', counts: true },
  { name: 'with empty ones', includes: {}, excludes: { caps: [], arches: [] }, counts: true },
  { name: 'a capability that is there', includes: { caps: ['CAP_CHOWN'] }, counts: true },
  { name: 'one of two that is not', includes: { caps: ['CAP_CHOWN', 'CAP_KILL'] }, counts: false },
  { name: 'none of two excluded', excludes: { caps: ['CAP_KILL', 'CAP_MKNOD'] }, counts: true },
  { name: 'one of two excluded', excludes: { caps: ['CAP_KILL', 'CAP_CHOWN'] }, counts: false },
  { name: 'the machine', includes: { arches: ['arm64', 'amd64'] }, counts: true },
  { name: 'the machine excluded', excludes: { arches: ['amd64'] }, counts: false },
  { name: 'only its 32-bit sister', includes: { arches: ['x86', 'x32'] }, counts: false },
  {
    name: 'the other machine',
    includes: { arches: ['arm', 'arm64'] },
    facts: { machine: 'arm64' },
    counts: true,
  },
  { name: 'an older kernel wanted', includes: { minKernel: '4.8' }, counts: true },
  { name: 'this kernel wanted', includes: { minKernel: '6.1' }, counts: true },
  { name: 'a newer minor one wanted', includes: { minKernel: '6.2' }, counts: false },
  { name: 'a minor one compared as a number', includes: { minKernel: '6.10' }, counts: false },
  { name: 'a newer major one wanted', includes: { minKernel: '7.0' }, counts: false },
  { name: 'kernels from this one on excluded', excludes: { minKernel: '6.1' }, counts: false },
  { name: 'newer kernels excluded', excludes: { minKernel: '6.2' }, counts: true },
  {
    name: 'a release without a minor number',
    includes: { minKernel: '7.0' },
    facts: { kernelRelease: '7' },
    counts: true,
  },
  {
    name: 'all of several conditions',
    includes: { caps: ['CAP_CHOWN'], arches: ['amd64'], minKernel: '9.9' },
    counts: false,
  },
]

describe('resolveProfile', () => {
  for (const { name, counts, facts, ...filters } of cases)
    it(`${name}: ${counts ? 'counts' : 'does not count'}`, () => {
      const entry = { names: ['read'], action: 'SCMP_ACT_ALLOW', ...filters }
      const profile = readEngineProfile({ defaultAction: 'SCMP_ACT_LOG', syscalls: [entry] })
      const { syscalls } = resolveProfile(profile, { ...here, ...facts })
      const want = { names: ['read'], action: 'SCMP_ACT_ALLOW', args: [] }
      assert.deepEqual(syscalls, counts ? [want] : [])
    })

  const archMap = [
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    { architecture: 'SCMP_ARCH_FUTURE', subArchitectures: [] },
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X32', 'SCMP_ARCH_FUTURE'] },
  ]
  const rows = [
    { machine: 'x64', want: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X32'] },
    { machine: 'arm64', want: ['SCMP_ARCH_ARM', 'SCMP_ARCH_AARCH64'] },
  ] as const
  for (const { machine, want } of rows)
    it(`takes the architectures of ${machine} from the map`, () => {
      const profile = readEngineProfile({ defaultAction: 'SCMP_ACT_LOG', archMap })
      const { architectures } = resolveProfile(profile, { ...here, machine })
      assert.deepEqual(architectures, want)
    })

  it('hands on what is asked of nobody', () => {
    const profile = {
      defaultAction: 'SCMP_ACT_TRACE',
      defaultErrnoRet: 9,
      architectures: ['SCMP_ARCH_X86'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      listenerPath: '/run/agent',
      listenerMetadata: 'me',
    }
    assert.deepEqual(resolveProfile(readEngineProfile(profile), here), { ...profile, syscalls: [] })
  })
})
