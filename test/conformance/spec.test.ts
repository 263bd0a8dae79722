// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { defaultCapabilities } from '../../core/spec/capabilities.ts'
import { deviceParts, type HostDevice } from '../../core/spec/devices.ts'
import { containerEnvironment } from '../../core/spec/environment.ts'
import { generateSpec, type SpecRequest } from '../../core/spec/generate.ts'
import { noExtraMounts } from '../../core/spec/mounts.ts'
import { listNamespaces } from '../../core/spec/namespaces.ts'
import { protectedPaths } from '../../core/spec/protected-paths.ts'
import { defaultRlimits } from '../../core/spec/rlimits.ts'
import { findProgram, requires } from '../harness/requires.ts'

// Our specs, executed by the runtimes of other engines: what these make of them is what they mean.

// crun 1.8 refuses a host with both cgroup versions, even when told to leave cgroups alone: it is
// shown one with the second only, in a mount namespace of its own.
const cgroup2Only =
  'umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec "$0" "$@"'
const runtimes = [
  { name: 'runc', command: ['runc'] },
  {
    name: 'crun',
    command: [
      ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c', cgroup2Only],
      ...['crun', '--cgroup-manager=disabled'],
    ],
  },
] as const

const applets = ['sh', 'cat', 'grep', 'id', 'mount', 'hostname', 'touch', 'stat']
let bundle = ''

before(() => {
  bundle = mkdtempSync(join(tmpdir(), 'tsbuild-spec-'))
  chmodSync(bundle, 0o755) // a user of the container looks up its root through it
  const bin = join(bundle, 'rootfs/bin')
  mkdirSync(bin, { recursive: true })
  const busybox = findProgram('busybox')
  if (busybox === undefined) return // the cases are skipped
  copyFileSync(busybox, join(bin, 'busybox'))
  for (const applet of applets) symlinkSync('busybox', join(bin, applet))
  writeFileSync(join(bundle, 'hosts'), '127.0.1.1\tgenerated\n')
})
after(() => rmSync(bundle, { recursive: true, force: true }))

const root = { uid: 0, gid: 0, additionalGids: [], home: '/root', name: 'root' }
const app = { uid: 1000, gid: 1001, additionalGids: [50], home: '/home/app', name: 'app' }

const apart = {
  user: 'host',
  pid: 'private',
  ipc: 'private',
  uts: 'private',
  network: 'private',
  cgroup: 'private',
} as const

const request = (script: string): SpecRequest => ({
  args: ['sh', '-c', script],
  env: containerEnvironment({
    image: ['FROM_IMAGE=1'],
    overrides: [],
    host: {},
    proxies: false,
    home: '/root',
    hostname: 'box',
    terminal: false,
  }),
  cwd: '/made/on/demand',
  user: root,
  terminal: false,
  consoleSize: undefined,
  hostname: 'box',
  rootfs: join(bundle, 'rootfs'),
  readonlyRootfs: false,
  idMaps: undefined,
  network: 'none',
  isolation: 'oci',
  namespaces: listNamespaces(apart),
  capabilities: defaultCapabilities,
  noNewPrivileges: false,
  seccomp: undefined,
  rlimits: defaultRlimits({ nofile: 512, nproc: 512 }),
  generatedFiles: [{ destination: '/etc/hosts', source: join(bundle, 'hosts') }],
  extraMounts: noExtraMounts,
  gid5Mapped: true,
  shmSizeBytes: 1 << 20,
  procOptions: [],
  protectedPaths: protectedPaths('0-1', { mask: [], unmask: [] }),
  ...deviceParts([], { mayMakeNodes: true }),
  resources: {},
  cgroupsPath: undefined,
  keepGroups: false,
  umask: undefined,
  apparmorProfile: undefined,
  annotations: {},
})

const fullDevice: HostDevice = {
  hostPath: '/dev/full',
  path: '/dev/other',
  type: 'c',
  major: 1,
  minor: 7,
  mode: 0o640,
  hostUid: 1,
  hostGid: 2,
  access: 'rw',
}

/** The output of a script in a container of the spec. */
function run(runtime: (typeof runtimes)[number], spec: SpecRequest): string {
  const older = { ...generateSpec(spec), ociVersion: '1.0.2' } // what crun 1.8 accepts
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(older))
  const [program = '', ...args] = runtime.command
  const id = `tsbuild-spec-${process.pid}`
  const { status, stdout, stderr } = spawnSync(program, [...args, 'run', '-b', bundle, id], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  assert.equal(status, 0, stderr)
  return stdout
}

interface Case {
  readonly name: string
  readonly script: string
  readonly change: Partial<SpecRequest>
  readonly want: RegExp
}

const oneToOne = [
  { containerID: 0, hostID: 0, size: 1000 },
  { containerID: 1000, hostID: 1000, size: 1000 },
]
const inUserNamespace = { ...apart, user: 'private' } as const
const ownUser = listNamespaces(inUserNamespace)
const asUser = { user: app, idMaps: { uid: oneToOne, gid: oneToOne }, namespaces: ownUser }
const onHostNetwork = listNamespaces({ ...inUserNamespace, network: 'host' })
const status = 'grep -E "^(Cap|NoNew)" /proc/self/status'

const cases: readonly Case[] = [
  {
    name: 'root has the default capabilities',
    script: status,
    change: {},
    want: /CapInh:\s0{16}\nCapPrm:\s0{8}800405fb\nCapEff:\s0{8}800405fb\nCapBnd:\s0{8}800405fb\n/,
  },
  {
    name: 'a user has ids and groups, but no capability',
    script: `${status}; id -u; id -g; id -G`,
    change: asUser,
    want: /CapPrm:\s0{16}\nCapEff:\s0{16}\nCapBnd:\s0{8}800405fb\n(.*\n)*1000\n1001\n1001 50\n$/,
  },
  {
    name: 'no new privileges are a choice',
    script: status,
    change: { noNewPrivileges: true },
    want: /^NoNewPrivs:\s1$/m,
  },
  {
    name: 'the maps are one to one',
    script: 'cat /proc/self/uid_map',
    change: asUser,
    want: /^\s+0\s+0\s+1000\n\s+1000\s+1000\s+1000\n$/,
  },
  {
    name: 'a device is made with its mode and owner, and /dev/shm with its size',
    script: 'stat -c "%a %u %g %t %T" /dev/other; mount | grep /dev/shm',
    change: deviceParts([fullDevice], { mayMakeNodes: true }),
    want: /^640 1 2 1 7\nshm .*size=1024k/,
  },
  {
    name: 'a bound device is the host’s',
    script: 'stat -c "%t %T" /dev/other',
    change: deviceParts([fullDevice], { mayMakeNodes: false }),
    want: /^1 7\n/,
  },
  {
    name: 'names, limits, directory and variables are as asked',
    script: 'hostname; pwd; ulimit -n; echo $FROM_IMAGE $HOME; cat /etc/hosts',
    change: {},
    want: /^box\n\/made\/on\/demand\n512\n1 \/root\n127\.0\.1\.1\tgenerated\n$/,
  },
  {
    name: 'terminals belong to tty',
    script: 'mount | grep /dev/pts',
    change: {},
    want: /^devpts .*nosuid,noexec.*gid=5,mode=620,ptmxmode=666/,
  },
  {
    name: 'terminals belong to nobody where only one id is mapped',
    script: 'mount | grep /dev/pts',
    change: {
      idMaps: { uid: oneToOne.slice(0, 1), gid: [{ containerID: 0, hostID: 0, size: 1 }] },
      gid5Mapped: false,
      namespaces: ownUser,
    },
    want: /^devpts (?!.*gid=)/,
  },
  {
    name: 'what is masked is empty, what is read-only refuses',
    script:
      'cat /proc/keys /proc/timer_list; echo /sys/firmware/*; ' +
      'for f in /sys/x /proc/bus/x /proc/irq/x; do touch $f 2>&1; done; true',
    change: {},
    want: /^\/sys\/firmware\/\*\n(touch: .*\n){3}$/,
  },
  {
    name: 'a user sees the host’s /sys, read-only to the bottom',
    script: 'mount | grep " on /sys"',
    change: { ...asUser, namespaces: onHostNetwork },
    want: /^sysfs on \/sys type sysfs \(ro,.*\n(\S+ on \/sys\/\S+ type \S+ \(ro[,)].*\n)+$/,
  },
  {
    name: 'only the loopback is there without a network',
    script: 'grep -c : /proc/net/dev',
    change: asUser,
    want: /^1\n$/,
  },
]

for (const runtime of runtimes) {
  describe(`our spec under ${runtime.name}`, () => {
    const needs = requires('root', 'program:busybox', `program:${runtime.name}`)
    for (const { name, script, change, want } of cases) {
      it(name, needs, () => {
        assert.match(run(runtime, { ...request(script), ...change }), want)
      })
    }
  })
}
