// SPDX-License-Identifier: Apache-2.0
import { defaultCapabilities } from '../../../../core/spec/capabilities.ts'
import type { SpecRequest } from '../../../../core/spec/generate.ts'
import { noExtraMounts } from '../../../../core/spec/mounts.ts'
import { listNamespaces } from '../../../../core/spec/namespaces.ts'
import { protectedPaths } from '../../../../core/spec/protected-paths.ts'
import { defaultRlimits } from '../../../../core/spec/rlimits.ts'

const root = { uid: 0, gid: 0, additionalGids: [], home: '/root', name: 'root' }

export const allPrivate = {
  user: 'host',
  pid: 'private',
  ipc: 'private',
  uts: 'private',
  network: 'private',
  cgroup: 'private',
} as const

/** A container of which nothing is asked. */
export const plain: SpecRequest = {
  args: ['sh', '-c', 'true'],
  env: ['PATH=/bin'],
  cwd: '/srv',
  user: root,
  terminal: false,
  consoleSize: undefined,
  hostname: 'box',
  rootfs: '/run/rootfs',
  readonlyRootfs: false,
  idMaps: undefined,
  network: 'none',
  isolation: 'oci',
  namespaces: listNamespaces(allPrivate),
  capabilities: defaultCapabilities,
  noNewPrivileges: false,
  seccomp: undefined,
  rlimits: defaultRlimits({ nofile: 1024, nproc: 2n ** 64n - 1n }),
  generatedFiles: [{ destination: '/etc/hosts', source: '/run/x/hosts' }],
  extraMounts: noExtraMounts,
  gid5Mapped: true,
  shmSizeBytes: undefined,
  procOptions: [],
  protectedPaths: protectedPaths('', { mask: [], unmask: [] }),
  devices: [],
  rules: [],
  mounts: [],
  resources: {},
  cgroupsPath: undefined,
  keepGroups: false,
  umask: undefined,
  apparmorProfile: undefined,
  annotations: { 'org.example.key': 'value' },
}
