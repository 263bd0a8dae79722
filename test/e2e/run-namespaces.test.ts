// SPDX-License-Identifier: Apache-2.0
/** The options that choose namespaces, isolation and ids. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { namespaceOf } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { checkRows, type RunRow, shell } from './support/rows.ts'

const own = (type: string) => `${namespaceOf('self', type)}\n`
const link = (type: string) => shell(`readlink /proc/self/ns/${type}`)
const usage = (stderr: RegExp) => ({ code: 125, stdout: '', stderr })

const types = ['pid', 'ipc', 'uts', 'cgroup'] as const
const links = shell(`for t in ${types.join(' ')}; do readlink /proc/self/ns/$t; done`)
const ours = types.map(own).join('')

const shared: readonly RunRow[] = [
  {
    name: 'host is ours',
    options: ['--pid', 'host', '--ipc', 'host', '--uts', 'host', '--cgroupns', 'host'],
    argv: links,
    want: { stdout: ours },
  },
  {
    name: 'a path that leads to ours is host',
    options: [
      ...['--pid', '/proc/self/ns/pid', '--ipc', 'ns:/proc/self/ns/ipc'],
      ...['--uts', '/proc/self/ns/uts', '--cgroupns', '/proc/self/ns/cgroup'],
    ],
    argv: links,
    want: { stdout: ours },
  },
]

const others: readonly RunRow[] = [
  {
    name: '--pid host shows our processes',
    options: ['--pid', 'host'],
    argv: shell('test $$ -gt 2 && test -d /proc/$$ && ls -d /proc/[0-9]* | wc -l'),
    want: { stdout: /^([4-9]|\d\d+)\n$/ },
  },
  {
    name: '--uts host has the name of the host, and no other',
    options: ['--uts', 'host', '--hostname', 'box'],
    argv: shell('hostname; echo =$HOSTNAME='),
    want: { stdout: /^(?!box).+\n==\n$/ },
  },
  {
    name: 'a word that is none',
    options: ['--ipc', 'shareable'],
    argv: ['true'],
    want: usage(/option "--ipc": "shareable" is no namespace\n {2}hint: give private, host/),
  },
  {
    name: 'a path that is not there',
    options: ['--ipc', 'ns:/missing'],
    argv: ['true'],
    want: usage(/cannot join the namespace: it does not exist\n.*\/missing/),
  },
  {
    name: 'a namespace of another type',
    options: ['--ipc', '/proc/self/ns/uts'],
    argv: ['true'],
    want: usage(/cannot join the namespace: it is none of that type/),
  },
  {
    name: 'a container that is not there',
    options: ['--pid', 'container:missing'],
    argv: ['true'],
    want: usage(/no container "missing"/),
  },
]

const users: readonly RunRow[] = [
  {
    name: '--userns host: what is made for root of the namespace is still masked',
    options: ['--userns', 'host'],
    argv: shell('id -u; cat /proc/keys; ls /sys/firmware'),
    want: { stdout: '0\n' },
  },
  {
    name: '--userns private is apart, with the same ids',
    options: ['--userns', 'private'],
    argv: shell(`readlink /proc/self/ns/user | grep -vcF "${own('user').trim()}"; id -u`),
    want: { stdout: '1\n0\n' },
  },
  {
    name: 'ids mapped to themselves',
    options: ['--userns-uid-map', '0:0:1'],
    argv: shell('tr -s " " </proc/self/uid_map; stat -c %u:%g /'),
    want: { stdout: ' 0 0 1\n0:0\n' },
  },
  {
    name: 'ids mapped to others are root’s alone to have',
    options: ['--userns-uid-map', '0:100000:1000'],
    argv: shell('tr -s " " </proc/self/gid_map; stat -c %u:%g / /etc/hostname'),
    want: ({ kind }) =>
      kind === 'root'
        ? { stdout: ' 0 100000 1000\n0:0\n0:0\n' }
        : usage(/only root can map user ids to other ones\n {2}hint: map ids to themselves/),
  },
  {
    name: 'maps and a namespace that is not made',
    options: ['--userns-uid-map', '0:0:1', '--userns', 'host'],
    argv: ['true'],
    want: usage(/ids are mapped in a user namespace/),
  },
  {
    name: 'somebody who has no ids',
    options: ['--userns-uid-map-user', 'nobody-here'],
    argv: ['true'],
    want: usage(/\/etc\/subuid gives "nobody-here" no ids\n {2}hint: add a line/),
  },
]

const chroot = ['--network', 'host', '--isolation', 'chroot'] as const
const literal = (text: string) => text.replace(/[[\]]/g, '\\$&')
const sharedInChroot = literal(['pid', 'ipc', 'net', 'cgroup'].map(own).join(''))
const chrootLinks = new RegExp(`^${sharedInChroot}(?!${literal(own('uts'))})uts:.*\\n$`)

const isolation: readonly RunRow[] = [
  {
    name: 'chroot shares all but mounts and name',
    options: chroot,
    argv: shell('for t in pid ipc net cgroup uts; do readlink /proc/self/ns/$t; done'),
    want: { stdout: chrootLinks },
  },
  {
    name: 'it has its limits all the same',
    options: [...chroot, '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
    argv: shell('grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr "\\t" " "'),
    want: { stdout: 'CapBnd: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n' },
  },
  {
    name: 'paths are masked and read-only in it',
    options: chroot,
    argv: shell('cat /proc/keys; ls /sys/firmware; echo 1 >/proc/sys/kernel/domainname'),
    want: { code: 1, stdout: '', stderr: /Read-only file system|Permission denied/i },
  },
  {
    name: 'a network that it cannot have',
    options: ['--isolation', 'chroot'],
    argv: ['true'],
    want: usage(/--isolation chroot has no network "none"/),
  },
  {
    name: 'a namespace that it cannot have is told',
    options: [...chroot, '--pid', 'private'],
    argv: link('pid'),
    want: { stdout: own('pid'), stderr: /warning: --isolation chroot shares all .*--pid/ },
  },
  {
    name: 'the variable stands for the option',
    options: ['--network', 'host'],
    how: { env: { BUILDAH_ISOLATION: 'chroot' } },
    argv: link('ipc'),
    want: { stdout: own('ipc') },
  },
]

describe('a namespace', () => {
  for (const [what, rows] of Object.entries({ shared: [...shared, ...others], users, isolation }))
    matrix(`is what the options say: ${what}`, async (user) => {
      await checkRows(user, await user.container('busybox'), rows)
    })

  matrix('of a container that runs is joined by its name', joinByName)
  matrix('is what the container was made with', remember)
})

/** Where two commands have namespaces of one parent: as root, and in one `unshare`. */
async function joinByName(user: TestUser): Promise<void> {
  const [first, second] = [await user.container('busybox'), await user.container('busybox')]
  const words = user.command.join(' ')
  const show = 'for t in pid ipc uts; do readlink /proc/self/ns/$t; done'
  const options = ['pid', 'ipc', 'uts', 'userns'].map((one) => `--${one} container:${first}`)
  const script = [
    `${words} run --network none ${first} sh -c '${show}; echo; read x' <"$TMPDIR/in" &`,
    'exec 9>"$TMPDIR/in"; while ! test -e "$TMPDIR/go"; do read x; done',
    `${words} run --network none ${options.join(' ')} ${second} sh -c '${show}'`,
    'exec 9>&-; wait',
  ].join('\n')
  const run = user.spawn([
    ...[...user.command, 'unshare', 'sh', '-c'],
    `mkfifo "$TMPDIR/in"\n${script}`,
  ])
  await until(
    'the first one runs',
    () => run.stdout().includes('\n\n') || run.child.exitCode !== null,
  )
  await user.run(['touch', `${user.temporary}/go`])
  run.child.stdin?.end('go\n')
  const { stdout, stderr } = await run.result
  await user.run(['rm', '-f', `${user.temporary}/go`, `${user.temporary}/in`])
  const [theirs, ours] = stdout.split('\n\n')
  assert.equal(ours, `${theirs}\n`, stderr)
  const none = await user.tsbuild(['run', '--ipc', `container:${first}`, second, 'true'])
  assert.equal(none.code, 125)
  assert.match(none.stderr, /nothing runs in container .*\n {2}hint: start what is to be joined/)
}

async function remember(user: TestUser): Promise<void> {
  const { stdout } = await user.ok(['from', '--isolation', 'chroot', '--uts', 'host', 'scratch'])
  const name = stdout.trim()
  const record = JSON.parse((await user.ok(['inspect', name])).stdout)
  assert.ok(record !== null)
  const busybox = await user.container('busybox')
  await user.ok(['copy', '--from', busybox, name, '/bin', '/bin'])
  const { stdout: pid } = await user.ok(['run', '--network', 'host', name, ...link('pid')])
  assert.equal(pid, own('pid'))
  const other = ['run', '--network', 'none', '--isolation', 'rootless', name, ...link('uts')]
  assert.equal((await user.ok(other)).stdout, own('uts'))
}
