// SPDX-License-Identifier: Apache-2.0
/** `run`: what a program may do and use. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { runBelow } from './support/prefixed.ts'
import { checkRows, type RunRow, runArgs, shell, type Wanted } from './support/rows.ts'

const secure = (...words: readonly string[]) => words.flatMap((word) => ['--security-opt', word])

const status = (field: string) => shell(`grep ^${field}: /proc/self/status | cut -f 2`)

const refused = (stderr: RegExp): Wanted => ({ code: 125, stdout: '', stderr })

/** What a user namespace of a single id cannot do. */
const notSingle =
  (want: Wanted, message: RegExp) =>
  ({ kind }: TestUser): Wanted =>
    kind === 'single' ? refused(message) : want

const rights: readonly RunRow[] = [
  {
    name: 'no capability but two',
    options: ['--cap-drop', 'all', '--cap-add', 'chown,CAP_KILL'],
    argv: status('CapEff'),
    want: { stdout: '0000000000000021\n' },
  },
  {
    name: 'all capabilities there are',
    options: ['--cap-add', 'all', '--cap-drop', 'CHOWN'],
    argv: shell('grep -E "^Cap(Prm|Bnd)" /proc/self/status | cut -f 2 | uniq | wc -l; id -u'),
    want: { stdout: '1\n0\n' },
  },
  {
    name: 'no privileges by a set-user-id program',
    options: secure('no-new-privileges'),
    argv: status('NoNewPrivs'),
    want: { stdout: '1\n' },
  },
  {
    name: 'that taken back',
    options: secure('no-new-privileges', 'no-new-privileges:false'),
    argv: status('NoNewPrivs'),
    want: { stdout: '0\n' },
  },
  {
    name: 'more hidden, less hidden',
    options: secure('mask=/proc/version', 'unmask=/proc/timer*:/proc/sys'),
    argv: shell(
      'wc -c </proc/version; cut -d" " -f 5 /proc/self/mountinfo | grep -E "timer|/sys$"',
    ),
    want: { stdout: '0\n/sys\n' },
  },
  {
    name: 'nothing hidden',
    options: secure('systempaths=unconfined'),
    argv: shell('cut -d" " -f 5 /proc/self/mountinfo | grep -c "^/proc/"'),
    want: { code: 1, stdout: '0\n' },
  },
  {
    name: 'options of /proc',
    options: secure('proc-opts=hidepid=2'),
    argv: shell('grep -c " /proc .*hidepid=" /proc/self/mountinfo'),
    want: { stdout: '1\n' },
  },
  {
    name: 'an option that /proc does not have',
    options: secure('proc-opts=moon=2'),
    argv: ['true'],
    want: refused(/\/proc.*moon/),
  },
  {
    name: 'modules that change nothing',
    options: secure('label=disable', 'apparmor=unconfined'),
    argv: ['true'],
    want: {},
  },
  {
    name: 'a label',
    options: secure('label=type:container_t'),
    argv: ['true'],
    want: refused(/type:container_t.*hint: .*label=disable/s),
  },
  {
    name: 'a capability that is mistyped',
    options: ['--cap-add', 'SYS_PTRAC'],
    argv: ['true'],
    want: refused(/"SYS_PTRAC".*did you mean "SYS_PTRACE"/s),
  },
]

const uses: readonly RunRow[] = [
  {
    name: 'a device, and one by another name',
    options: ['--device', '/dev/full', '--device', '/dev/zero:/dev/a/nought'],
    argv: shell('head -c 3 /dev/a/nought | wc -c; stat -c %t:%T /dev/full /dev/a/nought'),
    want: { stdout: '3\n1:7\n1:5\n' },
  },
  {
    name: 'the devices of a directory, with letters that nobody keeps',
    options: ['--device', '/dev/net:/dev/nets:r'],
    argv: shell('stat -c %t:%T /dev/nets/tun'),
    want: { stdout: 'a:c8\n', stderr: /warning: .*\/dev\/nets\/tun.*cgroup/ },
  },
  {
    name: 'no device of that name',
    options: ['--device', '/dev/moon'],
    argv: ['true'],
    want: refused(/"\/dev\/moon"\n.*hint: /s),
  },
  {
    name: 'limits',
    options: ['--ulimit', 'nofile=77:88', '--ulimit', 'core=0'],
    argv: shell('ulimit -Sn; ulimit -Hn; ulimit -Hc'),
    want: { stdout: '77\n88\n0\n' },
  },
  {
    name: 'too few open files',
    options: ['--ulimit', 'nofile=2'],
    argv: ['true'],
    want: { code: 126, stderr: /nofile=4 is the least/ },
  },
  {
    name: 'a limit above what the kernel gives anybody',
    options: ['--ulimit', 'nofile=-1'],
    argv: ['true'],
    want: { code: 125, stderr: /limit nofile.*hint: .*ulimit -H/s },
  },
  {
    name: 'a small /dev/shm',
    options: ['--shm-size', '64k'],
    argv: shell('dd if=/dev/zero of=/dev/shm/x bs=1k count=65 2>&1 | grep -o "No space.*"'),
    want: { stdout: 'No space left on device\n' },
  },
  {
    name: 'groups',
    options: ['--group-add', 'users', '--group-add', '50'],
    argv: ['id', '-G'],
    want: notSingle({ stdout: '0 50 100\n' }, /group "users": with a single id.*hint: /s),
  },
  {
    name: 'a group that the image lacks',
    options: ['--group-add', 'strangers'],
    argv: ['id'],
    want: refused(/group "strangers".*\/etc\/group.*hint: /s),
  },
  {
    name: 'no proxy',
    options: ['--no-http-proxy'],
    how: { env: { http_proxy: 'http://p:1' } },
    argv: shell('env | grep -c proxy'),
    want: { code: 1, stdout: '0\n' },
  },
  {
    name: 'a limit that takes a cgroup',
    options: ['--memory', '64m', '--pids-limit', '5'],
    argv: ['true'],
    want: refused(/--memory, --pids-limit\n.*cgroup.*hint: /s),
  },
  { name: 'limits that are none', options: ['--pids-limit', '-1'], argv: ['true'], want: {} },
  {
    name: 'a terminal of a size',
    options: ['-t', '--terminal-size', '100x30'],
    argv: ['stty', 'size'],
    want: { stdout: '30 100\r\n' },
  },
  {
    name: 'a directory of the user’s own, which is made',
    options: ['--workingdir', '/made/for/demo', '--user', '1000'],
    argv: shell('stat -c "%u %g %a" /made /made/for/demo; pwd'),
    want: notSingle({ stdout: '1000 1000 755\n1000 1000 755\n/made/for/demo\n' }, /not mapped/),
  },
]

describe('run', () => {
  matrix('gives rights', async (user) => checkRows(user, await user.container('busybox'), rights))
  matrix('gives what is used', async (user) =>
    checkRows(user, await user.container('busybox'), uses),
  )

  matrix('merges the capabilities of from with its own', async (user) => {
    const base = await user.container('busybox')
    await user.ok(['commit', '-q', base, 'base'])
    const dropped = ['--cap-drop', 'all', '--cap-add', 'KILL', '--ulimit', 'core=0']
    await user.ok(['from', '--name', 'c', ...dropped, 'base'])
    const own = ['--cap-add', 'CHOWN', '--cap-drop', 'kill', '--network', 'none']
    const script = 'grep ^CapBnd: /proc/self/status | cut -f 2; ulimit -c'
    const { stdout } = await user.ok(['run', ...own, 'c', ...shell(script)])
    assert.equal(stdout, '0000000000000001\n0\n')
    const wrong = await user.tsbuild(['from', '--ulimit', 'moon=1', 'base'])
    assert.deepEqual([wrong.code, wrong.stdout], [125, ''])
    assert.match(wrong.stderr, /moon=1/)
  })

  matrix('leaves the groups of the caller, if they are to be kept', async (user) => {
    const container = await user.container('busybox')
    const [, ...rest] = runArgs(container, shell('grep ^Groups: /proc/self/status'))
    const argv = ['run', '--group-add', 'keep-groups', ...rest]
    const { stdout } = await runBelow(user, [], [...user.command, ...argv], { groups: '4242' })
    const shown = user.kind === 'root' ? '4242' : '65534'
    assert.deepEqual(stdout.trim().split(/\s+/), ['Groups:', shown])
  })
})
