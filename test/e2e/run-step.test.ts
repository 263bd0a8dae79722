// SPDX-License-Identifier: Apache-2.0
/** The steps of a build: programs under monitors of Node's own. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { shell } from './support/rows.ts'
import type { Order, Report } from './support/step-driver.ts'
import { runSteps } from './support/steps.ts'

interface Case {
  readonly name: string
  readonly order: Omit<Order, 'container'>
  readonly want: Partial<Report>
}

const cases: readonly Case[] = [
  {
    name: 'its output and its status are told apart',
    order: { args: shell('echo out; echo err >&2; exit 3') },
    want: { status: 3, stdout: 'out\n', stderr: 'err\n' },
  },
  {
    name: 'there is nothing to read',
    order: { args: shell('wc -c; readlink /proc/self/fd/0') },
    want: { status: 0, stdout: '0\n/dev/null\n' },
  },
  {
    name: 'the environment is what was given, with a PATH and a HOME',
    order: { args: shell('unset HOSTNAME PWD SHLVL; env'), env: ['A=b', 'FROM_HOST'] },
    want: {
      stdout:
        'HOME=/root\nA=b\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n',
    },
  },
  {
    name: 'the working directory is made',
    order: { args: ['pwd'], workingdir: '/a/b' },
    want: { status: 0, stdout: '/a/b\n' },
  },
  {
    name: 'no descriptor of ours',
    order: { args: shell('ls /proc/1/fd; true') },
    want: { stdout: '0\n1\n2\n' },
  },
  {
    name: 'a program in the background does not hold it up',
    order: { args: shell('sleep 1000 & echo done') },
    want: { status: 0, stdout: 'done\n' },
  },
  {
    name: 'no such program',
    order: { args: ['no-such-program'] },
    want: { error: 'COMMAND_NOT_FOUND: cannot run "no-such-program": not found', exitCode: 127 },
  },
  {
    name: 'a directory is no program',
    order: { args: ['/bin'] },
    want: { error: 'COMMAND_NOT_EXECUTABLE: cannot run "/bin": is a directory', exitCode: 126 },
  },
  {
    name: 'who takes the output breaks',
    order: { args: shell('echo out; sleep 1000'), outputBreaks: true },
    want: { error: 'RangeError: the output broke' },
  },
  {
    name: 'no descriptor is left for a monitor',
    order: { args: ['true'], seccomp: 'unconfined', usesUpDescriptors: true },
    want: {
      error: 'RUNTIME_FAILED: cannot start the monitor of a container',
      hint: 'too many processes or open files may be the reason: ulimit -u, ulimit -n',
      exitCode: 125,
    },
  },
]

describe('a step', () => {
  matrix('is run', async (user) => {
    const container = await user.container('busybox')
    for (const { name, order, want } of cases) {
      const [report] = await runSteps(user, { steps: [{ container, ...order }] })
      assert.deepEqual({ ...report, ...want }, report, name)
    }
  })

  matrix('of another user may open its output again', openOutput, { kinds: ['root', 'subid'] })

  matrix('hands over a chunk when the last one was taken', async (user) => {
    const container = await user.container('busybox')
    const args = shell('head -c 4000000 /dev/zero | tr "\\0" x; echo end >&2')
    const [report] = await runSteps(user, { steps: [{ container, args }] })
    assert.equal(report?.stdout, 'x'.repeat(4_000_000))
    assert.deepEqual(
      { stderr: report.stderr, overtaken: report.overtaken },
      { stderr: 'end\n', overtaken: 0 },
    )
  })

  matrix('runs beside others, and all end when told to', async (user) => {
    const containers = await containersOf(user, 4)
    const args = shell('echo up; exec sleep 1000')
    const steps = containers.map((container) => ({ container, args }))
    const reports = await runSteps(user, { steps, abortAt: 4 })
    const expected = { error: 'AbortError: This operation was aborted', stdout: 'up\n' }
    for (const report of reports) assert.deepEqual({ ...report, ...expected }, report)
  })

  matrix('has a network', connect, { needs: ['tun'] })
})

async function containersOf(user: TestUser, count: number): Promise<string[]> {
  const containers: string[] = []
  while (containers.length < count) containers.push(await user.container('busybox'))
  return containers
}

async function openOutput(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const args = shell('id -u; echo out >/dev/stdout; echo err >/dev/stderr')
  const [report] = await runSteps(user, { steps: [{ container, args, user: '7:7' }] })
  assert.deepEqual({ ...report, status: 0, stdout: '7\nout\n', stderr: 'err\n' }, report)
}

async function connect(user: TestUser): Promise<void> {
  const containers = await containersOf(user, 2)
  const args = shell('ip -o -4 addr show tap0 | grep -o 10.0.2.100; cat /etc/resolv.conf')
  const network = 'slirp4netns'
  const steps = containers.map((container) => ({ container, args, network }) as const)
  for (const report of await runSteps(user, { steps })) {
    assert.match(report.stdout, /^10\.0\.2\.100\n(.*\n)*nameserver 10\.0\.2\.3\n/)
    assert.equal(report.status, 0)
  }
}
