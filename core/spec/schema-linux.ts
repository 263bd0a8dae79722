// SPDX-License-Identifier: Apache-2.0
import { Type } from '../lib/schema.ts'
import {
  AbsolutePath,
  Flag,
  Id,
  Int64,
  oneOf,
  Text,
  TextMap,
  Uint32,
  Uint64,
} from './schema-parts.ts'
import { IdMapping } from './schema-process.ts'
import { Resources } from './schema-resources.ts'
import { seccompArchitectures } from './seccomp/types.ts'

const Namespace = Type.Object({
  type: oneOf('pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'),
  path: Type.Optional(AbsolutePath),
})

const TimeOffset = Type.Object({
  secs: Type.Optional(Int64),
  nanosecs: Type.Optional(Uint32),
})

/** A node in the container (config-linux.md, "Devices"). */
export const Device = Type.Object({
  type: oneOf('c', 'b', 'u', 'p'),
  path: AbsolutePath,
  major: Type.Optional(Int64),
  minor: Type.Optional(Int64),
  fileMode: Type.Optional(Uint32),
  uid: Type.Optional(Id),
  gid: Type.Optional(Id),
})

const SeccompAction = oneOf(
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
)

const SeccompFlag = oneOf(
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
)

const SeccompArg = Type.Object({
  index: Uint32,
  value: Uint64,
  valueTwo: Type.Optional(Uint64),
  op: oneOf(
    'SCMP_CMP_NE',
    'SCMP_CMP_LT',
    'SCMP_CMP_LE',
    'SCMP_CMP_EQ',
    'SCMP_CMP_GE',
    'SCMP_CMP_GT',
    'SCMP_CMP_MASKED_EQ',
  ),
})

const SeccompRule = Type.Object({
  names: Type.Array(Text, { minItems: 1, expected: 'a list that is not empty' }),
  action: SeccompAction,
  errnoRet: Type.Optional(Uint32),
  args: Type.Optional(Type.Array(SeccompArg)),
})

const Seccomp = Type.Object({
  defaultAction: SeccompAction,
  defaultErrnoRet: Type.Optional(Uint32),
  architectures: Type.Optional(Type.Array(oneOf(...seccompArchitectures))),
  flags: Type.Optional(Type.Array(SeccompFlag)),
  listenerPath: Type.Optional(Text),
  listenerMetadata: Type.Optional(Text),
  syscalls: Type.Optional(Type.Array(SeccompRule)),
})

const IntelRdt = Type.Object({
  closID: Type.Optional(Text),
  l3CacheSchema: Type.Optional(Text),
  memBwSchema: Type.Optional(
    Type.String({ pattern: '^MB:[^\\n\\0]*$', expected: 'one line that starts with MB:' }),
  ),
  enableCMT: Type.Optional(Flag),
  enableMBM: Type.Optional(Flag),
})

const Personality = Type.Object({
  domain: oneOf('LINUX', 'LINUX32'),
  flags: Type.Optional(Type.Array(Text, { maxItems: 0, expected: 'an empty list' })),
})

/** What only Linux has (OCI runtime-spec, config-linux.md). */
export const Linux = Type.Object({
  namespaces: Type.Optional(Type.Array(Namespace)),
  uidMappings: Type.Optional(Type.Array(IdMapping)),
  gidMappings: Type.Optional(Type.Array(IdMapping)),
  timeOffsets: Type.Optional(Type.Record(Text, TimeOffset, { additionalProperties: false })),
  devices: Type.Optional(Type.Array(Device)),
  cgroupsPath: Type.Optional(Text),
  resources: Type.Optional(Resources),
  intelRdt: Type.Optional(IntelRdt),
  sysctl: Type.Optional(TextMap),
  seccomp: Type.Optional(Seccomp),
  rootfsPropagation: Type.Optional(oneOf('shared', 'slave', 'private', 'unbindable')),
  maskedPaths: Type.Optional(Type.Array(AbsolutePath)),
  readonlyPaths: Type.Optional(Type.Array(AbsolutePath)),
  mountLabel: Type.Optional(Text),
  personality: Type.Optional(Personality),
})
