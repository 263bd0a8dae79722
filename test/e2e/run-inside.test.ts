// SPDX-License-Identifier: Apache-2.0
/** What a program sees and may do inside: rights, mounts, devices, files, limits. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { mountsIn } from './support/mounts.ts'
import { checkRows, type RunRow, runArgs, shell } from './support/rows.ts'

/** buildah's default set, as a mask; capabilities(7). */
const defaultCapabilities = '00000000800405fb'
const none = '0000000000000000'

const status = (fields: string) => shell(`grep -E '^(${fields}):' /proc/self/status | tr '\\t' ' '`)

const rights: readonly RunRow[] = [
  {
    name: 'capabilities of root',
    argv: status('CapInh|CapPrm|CapEff|CapBnd|CapAmb'),
    want: { stdout: capabilities({ held: defaultCapabilities, bounding: defaultCapabilities }) },
  },
  {
    name: 'an added and a dropped one',
    options: ['--cap-add', 'NET_RAW', '--cap-drop', 'CAP_KILL'],
    argv: status('CapInh|CapPrm|CapEff|CapBnd|CapAmb'),
    want: { stdout: capabilities({ held: '00000000800425db', bounding: '00000000800425db' }) },
  },
  {
    name: 'all dropped but one',
    options: ['--cap-drop', 'all', '--cap-add', 'CHOWN'],
    argv: status('CapEff|CapBnd'),
    want: { stdout: 'CapEff: 0000000000000001\nCapBnd: 0000000000000001\n' },
  },
  {
    name: 'a filter, and privileges that can be had',
    argv: status('NoNewPrivs|Seccomp'),
    want: { stdout: 'NoNewPrivs: 0\nSeccomp: 2\n' },
  },
  {
    name: 'no new privileges',
    options: ['--security-opt', 'no-new-privileges'],
    argv: status('NoNewPrivs|Seccomp'),
    want: { stdout: 'NoNewPrivs: 1\nSeccomp: 2\n' },
  },
  {
    name: 'no filter',
    options: ['--security-opt', 'seccomp=unconfined'],
    argv: status('Seccomp'),
    want: { stdout: 'Seccomp: 0\n' },
  },
  {
    name: 'the filter refuses a mount',
    argv: shell('mount -t tmpfs x /tmp'),
    want: { code: 1, stderr: /permission denied/i },
  },
  {
    name: 'it is process 1 and alone',
    argv: shell('echo $$; echo /proc/[0-9]*'),
    want: { stdout: '1\n/proc/1\n' },
  },
  {
    name: 'no descriptor of ours',
    host: 'exec 9</etc/passwd; exec "$@"',
    argv: shell('ls /proc/1/fd; true'),
    want: { stdout: '0\n1\n2\n' },
  },
  {
    name: 'limits up to the host’s hard ones, and a umask that is not the caller’s',
    host: 'umask 077; ulimit -Sn 500; ulimit -Hn 2000; exec "$@"',
    argv: shell('ulimit -Sn; ulimit -Hn; umask'),
    want: { stdout: '2000\n2000\n0022\n' },
  },
  {
    name: 'a session of its own, without a terminal',
    argv: shell('cut -d" " -f6,7 </proc/1/stat'),
    want: { stdout: '1 0\n' },
  },
]

/** For root the nodes are made, for others the host's are mounted. */
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

const statOf = (names: readonly string[]) =>
  shell(`cd /dev; stat -c '%n %F %t:%T %a' ${names.join(' ')}`)

const files: readonly RunRow[] = [
  {
    name: '/dev holds what it should',
    argv: ['ls', '/dev'],
    want: {
      stdout: lines(
        ...['core', 'fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr'],
        ...['stdin', 'stdout', 'tty', 'urandom', 'zero'],
      ),
    },
  },
  {
    name: 'the devices are the real ones',
    argv: statOf(devices),
    want: {
      stdout: lines(
        ...['null 1:3', 'zero 1:5', 'full 1:7', 'random 1:8', 'urandom 1:9', 'tty 5:0'].map(
          (device) => `${device.replace(' ', ' character special file ')} 666`,
        ),
      ),
    },
  },
  {
    name: 'the devices can be used',
    argv: shell('echo x >/dev/null; head -c 4 /dev/zero /dev/urandom | wc -c; echo x >/dev/full'),
    want: { code: 1, stdout: /^\d+\n$/, stderr: /No space left on device/ },
  },
  {
    name: 'the links of /dev',
    argv: shell('cd /dev; for l in fd stdin stdout stderr core ptmx; do readlink $l; done'),
    want: {
      stdout: lines(
        ...['/proc/self/fd', '/proc/self/fd/0', '/proc/self/fd/1', '/proc/self/fd/2'],
        ...['/proc/kcore', 'pts/ptmx'],
      ),
    },
  },
  {
    name: 'its terminals are its own',
    argv: shell('exec 9<>/dev/ptmx && ls /dev/pts; true'),
    want: { stdout: '0\nptmx\n' },
  },
  {
    name: '/etc/hosts and /etc/hostname',
    options: ['--network', 'host', '--hostname', 'box'],
    argv: shell('grep -cw localhost /etc/hosts; grep -w box /etc/hosts; cat /etc/hostname'),
    want: { stdout: /^[1-9]\d*\n127\.0\.1\.1\tbox .*\nbox\n$/ },
  },
  {
    name: '/run/.containerenv',
    argv: shell('. /run/.containerenv; echo $engine $rootless; echo $id | wc -c'),
    want: ({ kind }) => ({ stdout: new RegExp(`^tsbuild-\\S+ ${kind === 'root' ? 0 : 1}\n65\n$`) }),
  },
  {
    name: 'what the kernel keeps for the whole machine cannot be read',
    argv: shell(
      'for f in acpi asound interrupts kcore keys sched_debug scsi timer_list; do ' +
        'test -d /proc/$f && ls -A /proc/$f; test -f /proc/$f -o -c /proc/$f && ' +
        'head -c 1 /proc/$f; done; ls -A /sys/firmware /sys/dev/block',
    ),
    want: { stdout: '/sys/dev/block:\n\n/sys/firmware:\n' },
  },
  ...['/proc/sys/kernel/panic', '/proc/irq/default_smp_affinity', '/sys/kernel/uevent_seqnum'].map(
    (path): RunRow => ({
      name: `${path} cannot be written`,
      argv: shell(`echo >>${path}`),
      want: ({ kind }) => ({
        code: 1,
        stderr: kind === 'root' ? /Read-only file system/ : /Read-only|Permission denied/,
      }),
    }),
  ),
]

/** /dev/null is mounted on them: writing there does no harm. */
const maskedFiles =
  /^\/proc\/(interrupts|kcore|keys|latency_stats|sched_debug|timer_list|timer_stats)$/

const mounts = [
  '/ overlay',
  '/dev tmpfs',
  '/dev/mqueue mqueue',
  '/dev/pts devpts',
  '/dev/shm tmpfs',
  '/etc/hostname tmpfs',
  '/proc proc',
  '/run/.containerenv tmpfs',
  '/sys sysfs',
]

describe('inside', () => {
  for (const [title, rows] of Object.entries({ rights, files })) {
    matrix(title, async (user) => checkRows(user, await user.container('busybox'), rows))
  }

  matrix('nothing is mounted but what is listed', async (user) => {
    await user.ok(['commit', '--quiet', await user.container('busybox'), 'layered'])
    const container = (await user.ok(['from', 'layered'])).stdout.trim()
    const args = runArgs(container, ['cat', '/proc/self/mountinfo'])
    const found = mountsIn((await user.ok(args)).stdout)
    const listed = found.filter(({ point }) => !/^\/(proc|sys)\//.test(point))
    const nodes = user.kind === 'root' ? [] : devices.map((name) => `/dev/${name} devtmpfs`)
    assert.deepEqual(
      listed.map(({ point, type }) => `${point} ${type}`).sort(),
      [...mounts, ...nodes].sort(),
    )
    const open = found.filter(
      ({ point, options }) =>
        /^\/(proc|sys)\/./.test(point) && !/^ro\b/.test(options) && !maskedFiles.test(point),
    )
    assert.deepEqual(open, [])
  })

  matrix('the names of its namespaces are its own', checkNamespaces)
})

async function checkNamespaces(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const script = 'for n in /proc/self/ns/*; do readlink $n; done | sort -u'
  const inside = (await user.ok(runArgs(container, shell(script)))).stdout.split('\n')
  const outside = (await user.run(['sh', '-c', script])).stdout.split('\n')
  const shared = inside.filter((name) => name !== '' && outside.includes(name))
  const kinds = shared.map((name) => name.replace(/:.*/, '')).sort()
  assert.deepEqual(kinds, user.kind === 'root' ? ['time', 'user'] : ['time'])
}

function capabilities({ held, bounding }: { held: string; bounding: string }): string {
  return lines(
    ...[`CapInh: ${none}`, `CapPrm: ${held}`, `CapEff: ${held}`, `CapBnd: ${bounding}`],
    `CapAmb: ${none}`,
  )
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
