// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { parseSpec } from '../../../../core/spec/validate.ts'

const minimal = { ociVersion: '1.2.0', root: { path: 'rootfs' } }
const withLinux = (linux: object) => ({ ...minimal, linux })
const withProcess = (extra: object) => ({
  ...minimal,
  process: { cwd: '/', args: ['true'], ...extra },
})

interface Broken {
  readonly name: string
  readonly spec: object
  readonly want: RegExp
}

const broken: readonly Broken[] = [
  {
    name: 'a namespace twice',
    spec: withLinux({ namespaces: [{ type: 'pid' }, { type: 'ipc' }, { type: 'pid' }] }),
    want: /\/linux\/namespaces\/2: must list each type of namespace once: pid/,
  },
  {
    name: 'a limit twice',
    spec: withProcess({
      rlimits: ['RLIMIT_AS', 'RLIMIT_AS'].map((type) => ({ type, soft: 1, hard: 1 })),
    }),
    want: /\/process\/rlimits\/1: must list each limit once: RLIMIT_AS/,
  },
  {
    name: 'a host name for the caller',
    spec: { ...minimal, hostname: 'x' },
    want: /\/hostname: must come with a uts namespace/,
  },
  {
    name: 'a domain name for the caller',
    spec: { ...minimal, domainname: 'x' },
    want: /\/domainname: must come with a uts namespace/,
  },
  {
    name: 'a map for nothing',
    spec: withLinux({ gidMappings: [{ containerID: 0, hostID: 0, size: 1 }] }),
    want: /\/linux\/gidMappings: must come with a user namespace/,
  },
  {
    name: 'an offset for nothing',
    spec: withLinux({ timeOffsets: { boottime: { secs: 5 } } }),
    want: /\/linux\/timeOffsets: must come with a time namespace/,
  },
  {
    name: 'a device without minor',
    spec: withLinux({ devices: [{ type: 'c', path: '/dev/x', major: 1 }] }),
    want: /\/linux\/devices\/0: must have major and minor/,
  },
  {
    name: 'a weight that is none',
    spec: withLinux({ resources: { blockIO: { weightDevice: [{ major: 8, minor: 0 }] } } }),
    want: /weightDevice\/0: must have weight or leafWeight/,
  },
  {
    name: 'an rdma device without limits',
    spec: withLinux({ resources: { rdma: { 'a/b~c': {} } } }),
    want: /\/rdma\/a~1b~0c: must have hcaHandles or hcaObjects/,
  },
  ...['../memory.max', '..', '.', ''].map((file) => ({
    name: `a cgroup file elsewhere: ${JSON.stringify(file)}`,
    spec: withLinux({ resources: { unified: { [file]: '1' } } }),
    want: /\/linux\/resources\/unified\/.* must be the name of a file in the cgroup/,
  })),
  {
    name: 'metadata for no listener',
    spec: withLinux({ seccomp: { defaultAction: 'SCMP_ACT_ALLOW', listenerMetadata: 'x' } }),
    want: /listenerMetadata: must come with listenerPath/,
  },
  {
    name: 'an errno for an action that has none',
    spec: withLinux({ seccomp: { defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 1 } }),
    want: /defaultErrnoRet: must come with an action that returns an errno/,
  },
  {
    name: 'an errno for a rule that has none',
    spec: withLinux({
      seccomp: {
        defaultAction: 'SCMP_ACT_ERRNO',
        defaultErrnoRet: 38,
        syscalls: [{ names: ['kill'], action: 'SCMP_ACT_KILL', errnoRet: 1 }],
      },
    }),
    want: /syscalls\/0\/errnoRet: must come with an action/,
  },
]

describe('rules between properties', () => {
  for (const { name, spec, want } of broken) {
    it(`refuse ${name}`, () => {
      assert.throws(
        () => parseSpec(spec),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'SPEC_INVALID' &&
          want.test(error.message),
      )
    })
  }
})
