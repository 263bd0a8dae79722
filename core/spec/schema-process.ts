// SPDX-License-Identifier: Apache-2.0
import { Type } from '../lib/schema.ts'
import {
  AbsolutePath,
  Flag,
  Id,
  Int32,
  Name,
  OomScore,
  oneOf,
  Text,
  Texts,
  Uint32,
  Uint64,
} from './schema-parts.ts'

const Environment = Type.Array(
  Type.String({ pattern: '^[^=\\0]+=[^\\0]*$', expected: 'NAME=value' }),
)

const User = Type.Object({
  uid: Id,
  gid: Id,
  umask: Type.Optional(Uint32),
  additionalGids: Type.Optional(Type.Array(Id)),
})

const Capabilities = Type.Object({
  bounding: Type.Optional(Texts),
  effective: Type.Optional(Texts),
  permitted: Type.Optional(Texts),
  inheritable: Type.Optional(Texts),
  ambient: Type.Optional(Texts),
})

export const Rlimit = Type.Object({
  type: Type.String({ pattern: '^RLIMIT_[A-Z]+$', expected: 'the name of a limit: RLIMIT_…' }),
  soft: Uint64,
  hard: Uint64,
})

const Scheduler = Type.Object({
  policy: oneOf(
    'SCHED_OTHER',
    'SCHED_FIFO',
    'SCHED_RR',
    'SCHED_BATCH',
    'SCHED_ISO',
    'SCHED_IDLE',
    'SCHED_DEADLINE',
  ),
  nice: Type.Optional(Int32),
  priority: Type.Optional(Int32),
  flags: Type.Optional(
    Type.Array(
      oneOf(
        'SCHED_FLAG_RESET_ON_FORK',
        'SCHED_FLAG_RECLAIM',
        'SCHED_FLAG_DL_OVERRUN',
        'SCHED_FLAG_KEEP_POLICY',
        'SCHED_FLAG_KEEP_PARAMS',
        'SCHED_FLAG_UTIL_CLAMP_MIN',
        'SCHED_FLAG_UTIL_CLAMP_MAX',
      ),
    ),
  ),
  runtime: Type.Optional(Uint64),
  deadline: Type.Optional(Uint64),
  period: Type.Optional(Uint64),
})

const IoPriority = Type.Object({
  class: oneOf('IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'),
  priority: Type.Optional(Int32),
})

const CpuList = Type.String({ pattern: '^[0-9, -]*$', expected: 'a list of CPUs like 0-3,7' })

/** What is started in the container (OCI runtime-spec, config.md, "Process"). */
export const Process = Type.Object({
  terminal: Type.Optional(Flag),
  consoleSize: Type.Optional(Type.Object({ height: Uint32, width: Uint32 })),
  user: Type.Optional(User),
  args: Type.Optional(Type.Array(Text, { minItems: 1, expected: 'a list that is not empty' })),
  env: Type.Optional(Environment),
  cwd: AbsolutePath,
  capabilities: Type.Optional(Capabilities),
  rlimits: Type.Optional(Type.Array(Rlimit)),
  noNewPrivileges: Type.Optional(Flag),
  apparmorProfile: Type.Optional(Text),
  selinuxLabel: Type.Optional(Text),
  oomScoreAdj: Type.Optional(OomScore),
  scheduler: Type.Optional(Scheduler),
  ioPriority: Type.Optional(IoPriority),
  execCPUAffinity: Type.Optional(
    Type.Object({ initial: Type.Optional(CpuList), final: Type.Optional(CpuList) }),
  ),
})

/** A program, its arguments with argv[0], all of its environment, and its time in seconds. */
export const Hook = Type.Object({
  path: AbsolutePath,
  args: Type.Optional(Texts),
  env: Type.Optional(Environment),
  timeout: Type.Optional(Type.Integer({ minimum: 1, expected: 'a number of seconds above 0' })),
})

const HookList = Type.Array(Hook)

/** Programs run at the stages of a container's life (config.md, "POSIX-platform Hooks"). */
export const Hooks = Type.Object({
  prestart: Type.Optional(HookList),
  createRuntime: Type.Optional(HookList),
  createContainer: Type.Optional(HookList),
  startContainer: Type.Optional(HookList),
  poststart: Type.Optional(HookList),
  poststop: Type.Optional(HookList),
})

/** One extent of a user namespace's map; also of an id-mapped mount's. */
export const IdMapping = Type.Object({ containerID: Uint32, hostID: Uint32, size: Uint32 })

/** One mount, in listed order (config.md, "Mounts"). */
export const Mount = Type.Object({
  destination: Name,
  type: Type.Optional(Text),
  source: Type.Optional(Text),
  options: Type.Optional(Texts),
  uidMappings: Type.Optional(Type.Array(IdMapping)),
  gidMappings: Type.Optional(Type.Array(IdMapping)),
})
