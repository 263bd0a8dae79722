// SPDX-License-Identifier: Apache-2.0
/** `run`: what it starts, as whom, how it ends, and what it says when it cannot. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { check, checkRows, type RunRow, runArgs, shell, type Wanted } from './support/rows.ts'

const ends: readonly RunRow[] = [
  { name: 'a program that succeeds', argv: ['true'], want: { stdout: '' } },
  { name: 'the status of the program', argv: shell('exit 42'), want: { code: 42 } },
  {
    name: 'a child that was killed is the shell’s 137',
    argv: shell('sleep 1000 & kill -9 $!; wait $!'),
    want: { code: 137, stderr: 'Killed\n' },
  },
  { name: 'a program by its path', argv: ['/bin/echo', 'x'], want: { stdout: 'x\n' } },
  {
    name: 'a script with an interpreter',
    argv: shell("printf '#!/bin/sh\\necho script $1\\n' >/tmp/s; chmod +x /tmp/s; exec /tmp/s 1"),
    want: { stdout: 'script 1\n' },
  },
  {
    name: 'a missing program',
    argv: ['no-such-program'],
    want: { code: 127, stdout: '', stderr: /cannot run "no-such-program": not found\n.*hint: /s },
  },
  {
    name: 'a missing path',
    argv: ['/no/such/program'],
    want: { code: 127, stdout: '', stderr: /"\/no\/such\/program": not found\n.*hint: /s },
  },
  {
    name: 'a directory',
    argv: ['/etc'],
    want: { code: 126, stderr: /cannot run "\/etc": is a directory\n.*hint: /s },
  },
  {
    name: 'a file that may not be executed',
    argv: ['/etc/passwd'],
    want: { code: 126, stderr: /"\/etc\/passwd": permission denied\n.*hint: .*chmod \+x/s },
  },
  {
    name: 'files that no kernel and no loader takes, made for the next two',
    argv: shell('cd /tmp; echo x >plain; printf "#!/no/such/sh\\n" >lost; chmod +x plain lost'),
    want: {},
  },
  {
    name: 'a file of no known format',
    argv: ['/tmp/plain'],
    want: { code: 126, stderr: /"\/tmp\/plain": wrong format\n.*hint: /s },
  },
  {
    name: 'a script whose interpreter is missing',
    argv: ['/tmp/lost'],
    want: { code: 127, stderr: /cannot run "\/tmp\/lost".*hint: /s },
  },
]

const words: readonly RunRow[] = [
  {
    name: 'words that look like options',
    argv: ['echo', '--help', '-e'],
    want: out('--help -e\n'),
  },
  { name: 'a -- in front of the program', argv: ['--', 'echo', '--'], want: out('--\n') },
  {
    name: 'a program whose name begins with a dash',
    argv: ['--', '-x'],
    want: { code: 127, stderr: /cannot run "-x": not found/ },
  },
  {
    name: 'empty and strange words',
    argv: ['printf', '[%s]', '', 'a b', '*', 'ü'],
    want: out('[][a b][*][ü]'),
  },
  { name: '--hostname', options: ['--hostname', 'box'], argv: ['hostname'], want: out('box\n') },
  {
    name: '--workingdir, which is made',
    options: ['--workingdir', '/made/for/it'],
    argv: ['pwd'],
    want: out('/made/for/it\n'),
  },
  {
    name: 'the environment: nothing of the host but what is asked for',
    options: ['--hostname', 'box', '-e', 'A=1', '--env', 'B=x=y', '-e', 'FROM_HERE', '-e', 'NONE'],
    how: { env: { FROM_HERE: 'yes', SECRET: 'no' } },
    argv: ['env'],
    want: out(
      `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
A=1
B=x=y
FROM_HERE=yes
HOSTNAME=box
HOME=/root
`,
    ),
  },
  {
    name: 'what Node must not see reaches the program',
    options: ['-e', 'NODE_OPTIONS', '-e', 'NODE_EXTRA_CA_CERTS'],
    how: { env: { NODE_OPTIONS: '--no-such-option', NODE_EXTRA_CA_CERTS: '/no/such/file' } },
    argv: shell('echo $NODE_OPTIONS $NODE_EXTRA_CA_CERTS'),
    want: out('--no-such-option /no/such/file\n'),
  },
  {
    name: 'the host’s proxies',
    how: { env: { http_proxy: 'http://proxy.example:3128', NO_PROXY: 'localhost' } },
    argv: shell('echo $http_proxy $NO_PROXY'),
    want: out('http://proxy.example:3128 localhost\n'),
  },
]

const users: readonly RunRow[] = [
  { name: 'nobody named', argv: ['id'], want: { stdout: /^uid=0\(root\) gid=0\(root\)/ } },
  { name: 'root by number', options: ['--user', '0:0'], argv: ['id', '-u'], want: out('0\n') },
  asUser('demo', 'uid=1000(demo) gid=1000(demo) groups=100(users),1000(demo)\n'),
  asUser('1000', 'uid=1000(demo) gid=1000(demo) groups=100(users),1000(demo)\n'),
  asUser('1000:100', 'uid=1000(demo) gid=100(users) groups=100(users)\n'),
  asUser('demo:users', 'uid=1000(demo) gid=100(users) groups=100(users)\n'),
  asUser('4242', 'uid=4242 gid=0(root) groups=0(root)\n'),
  {
    name: 'the home of a user',
    options: ['--user', 'demo'],
    argv: shell('echo $HOME'),
    want: orUnmapped('/home/demo\n'),
  },
  {
    name: 'a user that is not there',
    options: ['--user', 'stranger'],
    argv: ['id'],
    want: { code: 125, stderr: /user "stranger": it is not in \/etc\/passwd\n.*hint: /s },
  },
  {
    name: 'a group that is not there',
    options: ['--user', 'root:strangers'],
    argv: ['id'],
    want: { code: 125, stderr: /group "strangers": it is not in \/etc\/group\n.*hint: /s },
  },
]

interface UsageCase {
  readonly name: string
  readonly args: (container: string) => readonly string[]
  readonly want: Wanted
}

const usage: readonly UsageCase[] = [
  {
    name: 'an unknown container',
    args: () => ['run', 'no-such-container', 'true'],
    want: { code: 125, stderr: /no container "no-such-container".*hint: /s },
  },
  {
    name: 'an unknown flag, and the one that is meant',
    args: (container) => ['run', '--netwrk', 'none', container, 'true'],
    want: { code: 125, stderr: /unknown option "--netwrk" of "run"\n +hint: did you mean "--net/ },
  },
  {
    name: 'a network there is not',
    args: (container) => ['run', '--network', 'bridge', container, 'true'],
    want: { code: 125, stderr: /"bridge".*hint: /s },
  },
  {
    name: 'no program',
    args: (container) => ['run', container],
    want: { code: 125, stderr: /needs <command>.*hint: usage: tsbuild run /s },
  },
  {
    name: 'an unknown command',
    args: () => ['rnu'],
    want: { code: 125, stderr: /unknown command "rnu"\n +hint: did you mean "run"\?/ },
  },
  {
    name: 'a host name that is none',
    args: (container) => ['run', '--hostname', 'a b', container, 'true'],
    want: { code: 125, stderr: /host name "a b".*hint: /s },
  },
  {
    name: 'an option behind the container is the program’s',
    args: (container) => ['run', '--network=none', container, 'echo', '--network', 'host'],
    want: { stdout: '--network host\n' },
  },
  {
    name: 'a -- in front of the container',
    args: (container) => ['run', '--network=none', '--', container, 'echo', 'x'],
    want: { stdout: 'x\n' },
  },
]

describe('run', () => {
  const tables = { 'ends as the program does': ends, 'hands on': words, 'runs as': users }
  for (const [title, rows] of Object.entries(tables)) {
    matrix(title, async (user) => checkRows(user, await user.container('busybox'), rows))
  }

  matrix('says what is wrong with a command line', async (user) => {
    const container = await user.container('busybox')
    for (const { args, want } of usage) {
      const line = args(container)
      check(line, await user.tsbuild(line), want)
    }
  })

  matrix('waits for a container that is in use, and says so', async (user) => {
    const container = await user.container('busybox')
    const script = shell('echo in; exec sleep 1000')
    const first = user.spawn([...user.command, ...runArgs(container, script)])
    await until('the first runs', () => first.stdout() === 'in\n')
    const second = user.spawn([...user.command, ...runArgs(container, ['echo', 'second'])])
    await until('the second waits', () => /waiting for container/.test(second.stderr()))
    assert.equal(second.stdout(), '')
    first.kill('SIGTERM')
    assert.equal((await first.result).code, 143)
    const { code, stdout } = await second.result
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'second\n' })
  })
})

function asUser(wanted: string, id: string): RunRow {
  return {
    name: `--user ${wanted}`,
    options: ['--user', wanted],
    argv: ['id'],
    want: orUnmapped(id),
  }
}

/** With a single id there is only root: anybody else is refused, with what to do about it. */
function orUnmapped(stdout: string): (user: TestUser) => Wanted {
  return ({ kind }) =>
    kind === 'single'
      ? { code: 125, stdout: '', stderr: /is not mapped\n +hint: add .*\/etc\/subuid/ }
      : { stdout }
}

function out(stdout: string): Wanted {
  return { stdout }
}
