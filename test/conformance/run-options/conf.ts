// SPDX-License-Identifier: Apache-2.0
import type { OptionRow } from './row.ts'

/** Rootless runc cannot raise the limits that buildah would have. */
const limits = 'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]'

interface ConfRow extends Omit<OptionRow, 'files' | 'env'> {
  /** Lines of the table [containers]. */
  readonly lines: string
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

/** A row whose containers.conf has these lines. */
const confRow = ({ lines, files, env, ...row }: ConfRow): OptionRow => {
  const ulimits = lines.includes('default_ulimits') ? '' : limits
  const conf = `[containers]\n${ulimits}\n${lines}\n[engine]\nruntime = "runc"\n`
  return {
    ...row,
    files: { ...files, 'containers.conf': conf },
    env: { ...env, CONTAINERS_CONF: '{host}/containers.conf' },
  }
}

const namespace = (type: string) => `readlink /proc/self/ns/${type}`

/** Each key that both heed, and those that only one does. */
const keyRows: readonly ConfRow[] = [
  {
    name: 'default_capabilities',
    lines: 'default_capabilities = ["KILL", "SETUID"]',
    script: 'grep ^CapBnd /proc/self/status',
  },
  {
    name: 'default_capabilities and --cap-add',
    lines: 'default_capabilities = ["KILL"]',
    from: ['--cap-add', 'SYS_CHROOT'],
    script: 'grep ^CapBnd /proc/self/status',
  },
  {
    name: 'default_ulimits',
    lines: 'default_ulimits = ["nofile=100:200", "nproc=300:300"]',
    script: 'grep -E "open files|processes" /proc/self/limits',
  },
  {
    name: 'default_ulimits and --ulimit',
    lines: 'default_ulimits = ["nofile=100:200", "nproc=300:300"]',
    from: ['--ulimit', 'nofile=50:60'],
    script: 'grep -E "open files|processes" /proc/self/limits',
  },
  {
    name: 'shm_size',
    lines: 'shm_size = "7m"',
    script: 'grep " /dev/shm " /proc/mounts | grep -o size=.*k',
  },
  {
    name: 'shm_size and --shm-size',
    lines: 'shm_size = "7m"',
    from: ['--shm-size', '5m'],
    script: 'grep " /dev/shm " /proc/mounts | grep -o size=.*k',
  },
  {
    name: 'volumes',
    lines: 'volumes = ["{host}/dir:/vol:ro"]',
    files: { 'dir/file': 'content\n' },
    script: 'cat /vol/file; touch /vol/file 2>&1',
  },
  {
    name: 'volumes and --volume of run',
    lines: 'volumes = ["{host}/one:/one"]',
    files: { 'one/file': 'one\n', 'two/file': 'two\n' },
    run: ['--volume', '{host}/two:/two'],
    script: 'cat /one/file /two/file',
  },
  {
    name: 'devices',
    lines: 'devices = ["/dev/null:/dev/nil"]',
    script: 'ls /dev/nil; echo x >/dev/nil',
  },
  {
    name: 'http_proxy',
    lines: 'http_proxy = false',
    env: { http_proxy: 'http://proxy.test' },
    script: 'echo =$http_proxy=',
    differs: {
      why: 'buildah 1.28 heeds it in build alone; newer ones heed it, and podman',
      ours: /^0\n==/,
      theirs: /^0\n=http:/,
    },
  },
  { name: 'env, which is for podman', lines: 'env = ["A=b"]', script: 'echo =$A=' },
  { name: 'tz, which is for podman', lines: 'tz = "America/New_York"', script: 'date +%Z' },
  { name: 'pids_limit, which is for podman', lines: 'pids_limit = 1', script: 'true; echo $?' },
  { name: 'userns, which is for podman', lines: 'userns = "nonsense"', script: 'echo on' },
  { name: 'netns', lines: 'netns = "host"', ownNetwork: true, script: namespace('net') },
  ...(['ipc', 'pid', 'uts'] as const).map(
    (type): ConfRow => ({
      name: `${type}ns`,
      lines: `${type}ns = "host"`,
      kinds: ['root'],
      script: namespace(type),
    }),
  ),
  {
    name: 'default_sysctls, which need a network',
    lines: 'default_sysctls = ["net.ipv4.ip_unprivileged_port_start=80"]',
    script: 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start',
  },
  {
    name: 'default_sysctls with a network',
    lines: 'default_sysctls = ["net.ipv4.ip_unprivileged_port_start=80"]',
    kinds: ['root'],
    ownNetwork: true,
    script: 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start',
  },
  {
    name: 'default_sysctls that this kernel lacks',
    lines: 'default_sysctls = ["net.no_such_thing=1"]',
    script: 'echo on',
  },
  { name: 'a key that nobody knows', lines: 'no_such_key = 1', script: 'echo on' },
  {
    name: 'a value of a wrong form',
    lines: 'shm_size = 7',
    script: 'echo on',
    refused: true,
  },
  { name: 'text that is no TOML', lines: 'nonsense', script: 'echo on', refused: true },
  {
    name: 'a ulimit that is none',
    lines: 'default_ulimits = ["nonsense"]',
    script: 'echo on',
    refused: true,
  },
  {
    name: 'a capability that is none',
    lines: 'default_capabilities = ["NONSENSE"]',
    script: 'echo on',
    refused: true,
  },
  {
    name: 'umask',
    lines: 'umask = "0077"',
    script: 'umask',
    differs: {
      why: 'containers.conf(5) says that it is the umask inside; podman heeds it, and we do',
      ours: /^0\n0077/,
      theirs: /^0\n0022/,
    },
  },
]

export const confRows: readonly OptionRow[] = [
  ...keyRows.map((row) => ({ ...confRow(row), name: `containers.conf: ${row.name}` })),
  {
    name: 'containers.conf: one that a variable names, and that is missing',
    env: { CONTAINERS_CONF: '{host}/missing' },
    script: 'echo on',
    refused: true,
  },
]
