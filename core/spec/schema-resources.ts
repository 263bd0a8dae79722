// SPDX-License-Identifier: Apache-2.0
import { Type } from '../lib/schema.ts'
import {
  Flag,
  Int64,
  Name,
  oneOf,
  Percent,
  Text,
  TextMap,
  Uint16,
  Uint32,
  Uint64,
} from './schema-parts.ts'

const DeviceRule = Type.Object({
  allow: Flag,
  type: Type.Optional(oneOf('a', 'c', 'b')),
  major: Type.Optional(Int64),
  minor: Type.Optional(Int64),
  access: Type.Optional(
    Type.String({ pattern: '^[rwm]*$', expected: 'a combination of r, w and m' }),
  ),
})

const Memory = Type.Object({
  limit: Type.Optional(Int64),
  reservation: Type.Optional(Int64),
  swap: Type.Optional(Int64),
  kernel: Type.Optional(Int64),
  kernelTCP: Type.Optional(Int64),
  swappiness: Type.Optional(Percent),
  disableOOMKiller: Type.Optional(Flag),
  useHierarchy: Type.Optional(Flag),
  checkBeforeUpdate: Type.Optional(Flag),
})

const Cpu = Type.Object({
  shares: Type.Optional(Uint64),
  quota: Type.Optional(Int64),
  burst: Type.Optional(Uint64),
  period: Type.Optional(Uint64),
  realtimeRuntime: Type.Optional(Int64),
  realtimePeriod: Type.Optional(Uint64),
  cpus: Type.Optional(Text),
  mems: Type.Optional(Text),
  idle: Type.Optional(Int64),
})

const WeightedDevice = Type.Object({
  major: Int64,
  minor: Int64,
  weight: Type.Optional(Uint16),
  leafWeight: Type.Optional(Uint16),
})

const Throttles = Type.Array(Type.Object({ major: Int64, minor: Int64, rate: Uint64 }))

const BlockIo = Type.Object({
  weight: Type.Optional(Uint16),
  leafWeight: Type.Optional(Uint16),
  weightDevice: Type.Optional(Type.Array(WeightedDevice)),
  throttleReadBpsDevice: Type.Optional(Throttles),
  throttleWriteBpsDevice: Type.Optional(Throttles),
  throttleReadIOPSDevice: Type.Optional(Throttles),
  throttleWriteIOPSDevice: Type.Optional(Throttles),
})

const HugepageLimit = Type.Object({
  pageSize: Type.String({ pattern: '^[1-9][0-9]*[KMG]B$', expected: 'a page size like 2MB' }),
  limit: Uint64,
})

const Network = Type.Object({
  classID: Type.Optional(Uint32),
  priorities: Type.Optional(Type.Array(Type.Object({ name: Name, priority: Uint32 }))),
})

const Rdma = Type.Record(
  Text,
  Type.Object({ hcaHandles: Type.Optional(Uint32), hcaObjects: Type.Optional(Uint32) }),
  { additionalProperties: false },
)

/** Limits set through cgroups (OCI runtime-spec, config-linux.md, "Control groups"). */
export const Resources = Type.Object({
  devices: Type.Optional(Type.Array(DeviceRule)),
  memory: Type.Optional(Memory),
  cpu: Type.Optional(Cpu),
  blockIO: Type.Optional(BlockIo),
  hugepageLimits: Type.Optional(Type.Array(HugepageLimit)),
  network: Type.Optional(Network),
  pids: Type.Optional(Type.Object({ limit: Int64 })),
  rdma: Type.Optional(Rdma),
  unified: Type.Optional(TextMap),
})
