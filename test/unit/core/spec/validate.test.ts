// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import type { RuntimeSpec } from '../../../../core/spec/schema.ts'
import type { LinuxSeccomp } from '../../../../core/spec/seccomp/types.ts'
import { parseSpec } from '../../../../core/spec/validate.ts'

const minimal = { ociVersion: '1.2.0', root: { path: 'rootfs' } }
const process = { cwd: '/', args: ['true'] }

interface Accepted {
  readonly name: string
  readonly spec: object
}

const accepted: readonly Accepted[] = [
  { name: 'the least there can be', spec: minimal },
  { name: 'an older minor version', spec: { ...minimal, ociVersion: '1.0.2-dev' } },
  { name: 'a newer minor version', spec: { ...minimal, ociVersion: '1.30.0+build.5' } },
  { name: 'properties we do not know', spec: { ...minimal, vm: { image: 1 }, zos: null } },
  {
    name: 'unknown properties deep inside',
    spec: { ...minimal, linux: { netDevices: { eth0: {} }, resources: { future: [1] } } },
  },
  {
    name: 'uint64 as number and as bigint',
    spec: {
      ...minimal,
      process: {
        ...process,
        rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1024, hard: 2n ** 64n - 1n }],
      },
    },
  },
  {
    name: 'negative limits of int64',
    spec: { ...minimal, linux: { resources: { memory: { limit: -1, swap: -(2n ** 63n) } } } },
  },
  {
    name: 'a fifo without numbers',
    spec: { ...minimal, linux: { devices: [{ type: 'p', path: '/run/fifo' }] } },
  },
  {
    name: 'mappings with their namespace',
    spec: {
      ...minimal,
      linux: {
        namespaces: [{ type: 'user' }],
        uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
      },
    },
  },
  {
    name: 'a host name in a joined namespace',
    spec: {
      ...minimal,
      hostname: 'web',
      linux: { namespaces: [{ type: 'uts', path: '/proc/1/ns/uts' }] },
    },
  },
  {
    name: 'a relative mount destination, as the specification still allows',
    spec: { ...minimal, mounts: [{ destination: 'data', source: '/srv', options: ['rbind'] }] },
  },
]

interface Rejected {
  readonly name: string
  readonly spec: unknown
  readonly want: RegExp
}

const withLinux = (linux: object) => ({ ...minimal, linux })
const withProcess = (extra: object) => ({ ...minimal, process: { ...process, ...extra } })

const rejected: readonly Rejected[] = [
  { name: 'no object', spec: [], want: /the document: expected an object, got an empty list/ },
  { name: 'no version', spec: {}, want: /\/ociVersion: expected a version 1\.x\.y, got nothing/ },
  { name: 'version 2', spec: { ...minimal, ociVersion: '2.0.0' }, want: /\/ociVersion: expected/ },
  { name: 'no root', spec: { ociVersion: '1.2.0' }, want: /\/root: expected an object, got noth/ },
  { name: 'a null inside', spec: withProcess({ env: null }), want: /\/process\/env: .*got null/ },
  {
    name: 'a number among the arguments',
    spec: withProcess({ args: ['a', 5] }),
    want: /\/process\/args\/1: expected text without NUL bytes, got 5/,
  },
  { name: 'no arguments', spec: withProcess({ args: [] }), want: /expected a list that is not em/ },
  {
    name: 'a NUL byte',
    spec: withProcess({ args: ['a\0b'] }),
    want: /without NUL bytes, got text/,
  },
  {
    name: 'a relative cwd',
    spec: withProcess({ cwd: 'x' }),
    want: /cwd: expected an absolute path/,
  },
  {
    name: 'a variable without a value, which is not shown',
    spec: withProcess({ env: ['SECRET'] }),
    want: /\/process\/env\/0: expected NAME=value, got text$/,
  },
  {
    name: 'the id that means "no change"',
    spec: withProcess({ user: { uid: 4294967295, gid: 0 } }),
    want: /uid: expected an integer from 0 to 4294967294, got 4294967295/,
  },
  {
    name: 'a uint64 that lost digits as a number',
    spec: withProcess({ rlimits: [{ type: 'RLIMIT_AS', soft: 0, hard: 2 ** 64 }] }),
    want: /\/process\/rlimits\/0\/hard: expected an integer from 0 to 2\^64-1/,
  },
  {
    name: 'a bigint above uint64',
    spec: withProcess({ rlimits: [{ type: 'RLIMIT_AS', soft: 0, hard: 2n ** 64n }] }),
    want: /rlimits\/0\/hard: expected .*got 18446744073709551616/,
  },
  {
    name: 'a namespace nobody knows',
    spec: withLinux({ namespaces: [{ type: 'moon' }] }),
    want: /\/linux\/namespaces\/0\/type: expected one of pid, network, .*, time, got text/,
  },
  {
    name: 'an action nobody knows',
    spec: withLinux({ seccomp: { defaultAction: 'ALLOW' } }),
    want: /\/linux\/seccomp\/defaultAction: expected one of SCMP_ACT_KILL,/,
  },
  {
    name: 'an annotation that is no text',
    spec: { ...minimal, annotations: { 'a\nb': 1 } },
    want: /\/annotations\/a\\nb: expected text/,
  },
  {
    name: 'a long name, which is cut',
    spec: { ...minimal, annotations: { ['x'.repeat(10_000)]: 1 } },
    want: /^read the runtime spec: …x{400,500}: expected text without NUL bytes, got 1$/,
  },
  {
    name: 'a NUL byte in a key',
    spec: withLinux({ sysctl: { 'a\0b': '1' } }),
    want: /expected a name without NUL bytes/,
  },
  {
    name: 'a hook that could not be found',
    spec: { ...minimal, hooks: { poststop: [{ path: 'sh' }] } },
    want: /\/hooks\/poststop\/0\/path: expected an absolute path/,
  },
  {
    name: 'a schema of two lines',
    spec: withLinux({ intelRdt: { memBwSchema: 'MB:0=1\nL3:0=1' } }),
    want: /expected one line that starts with MB:/,
  },
]

describe('parseSpec', () => {
  for (const { name, spec } of accepted) {
    it(`accepts ${name}`, () => {
      assert.deepEqual(parseSpec(spec), withoutNulls(spec))
    })
  }
  for (const { name, spec, want } of rejected) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseSpec(spec),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'SPEC_INVALID' &&
          error.message.startsWith('read the runtime spec: ') &&
          want.test(error.message),
      )
    })
  }

  it('takes null on the top level for absent', () => {
    const spec = { ...minimal, mounts: null, annotations: null, linux: null }
    assert.deepEqual(parseSpec(spec), minimal)
  })

  it('has the seccomp part that the filter compiler takes, and the other way round', () => {
    type Part = NonNullable<NonNullable<RuntimeSpec['linux']>['seccomp']>
    const toCompiler = (part: Part): LinuxSeccomp => part
    const fromProfile = (profile: LinuxSeccomp): Part => profile
    const profile: LinuxSeccomp = {
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }],
    }
    const { linux } = parseSpec(withLinux({ seccomp: fromProfile(profile) }))
    assert.ok(linux?.seccomp)
    assert.deepEqual(toCompiler(linux.seccomp), profile)
  })
})

const withoutNulls = (value: object) =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null))
