// SPDX-License-Identifier: Apache-2.0
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Failure } from './failure.ts'
import { allowing, failingCall } from './filter.ts'

const tooLong = 'x'.repeat(65)
const noCapabilities: readonly Op[] = [['capabilities', 0n, 0n, 0n]]
const NOFILE = 7

/** For ops that the kernel refuses to nobody: a filter that makes their system call fail. */
const filtered = (call: Parameters<typeof failingCall>[0]): readonly Op[] => [
  ['seccomp', 0, failingCall(call)],
]

export const processFailures = {
  unshare: [{ name: 'of no namespace', op: ['unshare', 1], errno: 'EINVAL', detail: '1' }],
  hostname: [
    { name: 'that is too long', op: ['hostname', tooLong], errno: 'EINVAL', detail: tooLong },
    {
      name: 'without the right to',
      early: noCapabilities,
      op: ['hostname', 'a-box'],
      errno: 'EPERM',
      detail: 'a-box',
    },
  ],
  domainname: [
    { name: 'that is too long', op: ['domainname', tooLong], errno: 'EINVAL', detail: tooLong },
  ],
  'link-up': [
    { name: 'of no such link', op: ['link-up', 'nolink'], errno: 'ENODEV', detail: 'nolink' },
  ],
  groups: [
    {
      name: 'without the right to',
      early: noCapabilities,
      op: ['groups', packList(['7'])],
      errno: 'EPERM',
      detail: 'setgroups',
    },
    {
      name: 'that are too many',
      op: ['groups', packList(Array.from({ length: 1025 }, (_, index) => `${index}`))],
      errno: 'EINVAL',
      detail: 'too many groups',
    },
  ],
  setid: [
    {
      name: 'to a uid that is not mapped',
      kinds: ['nested'],
      op: ['setid', 70_000, 0],
      errno: 'EINVAL',
      detail: '70000',
    },
    {
      name: 'to a gid that is not mapped',
      kinds: ['nested'],
      op: ['setid', 0, 70_000],
      errno: 'EINVAL',
      detail: '70000',
    },
    {
      name: 'without the right to',
      root: true,
      early: noCapabilities,
      op: ['setid', 1000, 0],
      errno: 'EPERM',
      detail: '1000',
    },
  ],
  bounding: [
    {
      name: 'without the right to',
      early: noCapabilities,
      op: ['bounding', 0n],
      errno: 'EPERM',
      detail: 'bounding set',
    },
  ],
  'keep-caps': [
    {
      name: 'where the call fails',
      early: filtered('prctl'),
      op: ['keep-caps'],
      errno: 'EMLINK',
      detail: 'keep-caps',
    },
  ],
  capabilities: [
    {
      name: 'that are not permitted',
      early: noCapabilities,
      op: ['capabilities', 1n, 1n, 0n],
      errno: 'EPERM',
      detail: 'capset',
    },
  ],
  ambient: [
    {
      name: 'that are not inheritable',
      op: ['ambient', 1n],
      errno: 'EPERM',
      detail: 'ambient set',
    },
  ],
  'no-new-privs': [
    {
      name: 'where the call fails',
      early: filtered('prctl'),
      op: ['no-new-privs'],
      errno: 'EMLINK',
      detail: 'no-new-privs',
    },
  ],
  apparmor: [
    {
      name: 'through a /proc that is none',
      early: [['mount', '/proc', 'tmpfs', 'tmpfs', 0, '']],
      op: ['apparmor', 'a-profile'],
      errno: 'ENODEV',
      detail: 'a-profile',
    },
    {
      name: 'with a name too long',
      op: ['apparmor', 'x'.repeat(600)],
      errno: 'ENAMETOOLONG',
      detail: 'profile',
    },
  ],
  seccomp: [
    ...[0, 7, 12, 8 * 4097, 8 * 65_536, 8 * 65_537].map(
      (size): Failure => ({
        name: `with a program of ${size} bytes`,
        op: ['seccomp', 0, allowing(Math.ceil(size / 8)).subarray(0, size)],
        errno: 'EINVAL',
        detail: 'filter',
      }),
    ),
    {
      name: 'with a flag that does not exist',
      op: ['seccomp', 1 << 30, allowing(1)],
      errno: 'EINVAL',
      detail: 'filter',
    },
    {
      name: 'without the right to',
      early: noCapabilities,
      op: ['seccomp', 0, allowing(1)],
      errno: 'EACCES',
      detail: 'filter',
    },
  ],
  rlimit: [
    { name: 'softer than hard', op: ['rlimit', NOFILE, 2, 1], errno: 'EINVAL', detail: '7' },
    { name: 'of no resource', op: ['rlimit', 99, 1, 1], errno: 'EINVAL', detail: '99' },
    {
      name: 'above the hard one without the right to',
      early: [['rlimit', NOFILE, 64, 64], ...noCapabilities],
      op: ['rlimit', NOFILE, 65, 65],
      errno: 'EPERM',
      detail: '7',
    },
  ],
  umask: [],
  'death-signal': [
    { name: 'of no such signal', op: ['death-signal', 65], errno: 'EINVAL', detail: '65' },
  ],
  session: [{ name: 'of a leader', op: ['session'], errno: 'EPERM', detail: 'setsid' }],
  keyring: [
    {
      name: 'where the call fails',
      early: filtered('keyctl'),
      op: ['keyring', 'name'],
      errno: 'EMLINK',
      detail: 'session keyring',
    },
    {
      name: 'of a name that is too long',
      op: ['keyring', 'x'.repeat(5000)],
      errno: 'EINVAL',
      detail: 'session keyring',
    },
  ],
  'own-stdio': [
    {
      name: 'where the call fails',
      stdio: ['null', 'pipe', 'inherit'],
      early: filtered('fchown'),
      op: ['own-stdio', 0, 0],
      errno: 'EMLINK',
      detail: 'stdio',
    },
  ],
} satisfies Readonly<Record<string, readonly Failure[]>>
