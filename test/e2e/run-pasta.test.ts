// SPDX-License-Identifier: Apache-2.0
/** Networks of pasta, and options of both helpers: what a program sees, and what is said. */
import assert from 'node:assert/strict'
import { readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Running } from '../harness/child.ts'
import { matrix } from '../harness/matrix.ts'
import { commandLine, descendants, namespaceOf, readProcess } from '../harness/processes.ts'
import { findProgram } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { commandWithPathOf } from './support/bare-path.ts'
import { runBelow } from './support/prefixed.ts'
import { castOf } from './support/roles.ts'
import { check, checkRows, type RunRow, shell } from './support/rows.ts'

const slirpOptions = 'cidr=10.77.0.0/16,mtu=1400,allow_host_loopback=true,port_handler=rootlesskit'

const rows: readonly RunRow[] = [
  {
    name: 'pasta: an address of the host, under the own name, and its route; no host',
    options: ['--network', 'pasta', '--hostname', 'box'],
    argv: shell(`
      own=$(ip -o -4 addr show scope global | tr -s " " | cut -d" " -f4 | cut -d/ -f1)
      grep -c "^$own.box " /etc/hosts; ip route | grep -c default; grep -c internal /etc/hosts`),
    want: { code: 1, stdout: '1\n1\n0\n' },
  },
  {
    name: 'pasta: options of its own, and the gateway that leads to the host',
    options: ['--network', 'pasta:--map-gw,--mtu,1400,--ns-ifname,net0,-a,192.0.2.77'],
    argv: shell(`
      cat /sys/class/net/net0/mtu; ip -o -4 addr show net0 | grep -c " 192.0.2.77/"
      gateway=$(ip route | grep default | cut -d" " -f3); grep -c "^$gateway.host.con" /etc/hosts`),
    want: { stdout: '1400\n1\n1\n' },
  },
  {
    name: 'pasta: what it says of an option that it does not know',
    options: ['--network', 'pasta:--such-an-option'],
    argv: ['true'],
    want: {
      code: 125,
      stderr: /: pasta failed\n {2}caused by: .*option '--such-an-option'\n {2}hint: [^\n]*\n$/,
    },
  },
  {
    name: 'slirp4netns: its options, in the files as well',
    options: ['--network', `slirp4netns:${slirpOptions}`, '--hostname', 'box'],
    argv: shell(`
      ip -o -4 addr show tap0 | tr -s " " | cut -d" " -f4; cat /sys/class/net/tap0/mtu
      head -n 1 /etc/resolv.conf; grep -E "internal|box" /etc/hosts | cut -d" " -f1`),
    want: {
      stdout:
        '10.77.0.100/16\n1400\nnameserver 10.77.0.3\n' +
        '10.77.0.2\thost.containers.internal\n10.77.0.100\tbox\n',
    },
  },
  {
    name: 'slirp4netns: an address to go out from that is not there',
    options: ['--network', 'slirp4netns:outbound_addr=nowhere0'],
    argv: ['true'],
    want: { code: 125, stderr: /: slirp4netns failed\n {2}caused by: .*hint: run with/s },
  },
]

const needs = ['tun', 'program:pasta'] as const

describe('pasta and options of slirp4netns', () => {
  matrix(
    'do what was asked for',
    async (user) => checkRows(user, await user.container('busybox'), rows),
    { needs },
  )

  matrix('pasta is taken where there is no slirp4netns', checkMissing, { needs })

  matrix('without a tun device pasta is refused, with its name', checkWithoutTun, {
    needs: ['root', ...needs],
  })

  matrix('helpers have descriptors of their own only, and go with the guard', checkHelpers, {
    needs,
  })
})

async function checkMissing(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const none = commandWithPathOf(user, 'newuidmap', 'newgidmap')
  const args = ['run', '--network', 'pasta', container, 'true']
  check(args, await user.run([...none, ...args]), {
    code: 125,
    stderr: /cannot start pasta: not found in PATH\n.*hint: install .*passt/s,
  })
  symlinkSync(findProgram('pasta') ?? assert.fail('no pasta'), join(user.directory, 'pasta'))
  const run = [...none, 'run', container, 'ls', '/sys/class/net']
  const { stdout } = await user.run(run)
  const devices = stdout.split('\n').filter((name) => name !== '' && name !== 'lo')
  assert.ok(devices.length === 1 && devices[0] !== 'tap0', stdout)
}

async function checkWithoutTun(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const prefix = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /dev/net; exec "$@"', 'sh']
  const args = [...user.command, 'run', '--network', 'pasta', container, 'true']
  check(args, await runBelow(user, prefix, args), {
    code: 125,
    stderr: /cannot connect the network: pasta failed\n.*hint: make \/dev\/net\/tun/s,
  })
}

async function checkHelpers(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  for (const name of ['pasta', 'slirp4netns']) {
    const script = shell('echo ready; exec sleep 1000')
    const words = ['run', '--network', name, container, ...script]
    const run = user.spawn([...user.command, ...words])
    await until('it runs', () => run.stdout() === 'ready\n')
    const helper = helperOf(run, name)
    const { init = 0, guard = 0 } = castOf(run.pid)
    assert.deepEqual(foreign(helper, init), [], `${name} has descriptors of others`)
    process.kill(guard, 'SIGKILL')
    assert.equal((await run.result).code, 137)
    await until(`${name} is gone`, () => readProcess(helper) === undefined, 1000)
  }
}

function helperOf(run: Running, name: string): number {
  const found = descendants(run.pid).find(({ pid }) =>
    (commandLine(pid)?.[0] ?? '').endsWith(`/${name}`),
  )
  return found?.pid ?? assert.fail(`there is no ${name}`)
}

/** What a helper has open that it did not open itself, or was not given. */
function foreign(helper: number, init: number): string[] {
  const own = [
    /^\/dev\/(null|net\/tun)$/,
    /^\/memfd:output /,
    /^socket:/, // its own: ours are closed before it starts, which the tests of the shim show
    /^pipe:/,
    /^anon_inode:\[eventpoll\]$/,
    new RegExp(`^${(namespaceOf(init, 'net') ?? 'none').replace(/[[\]]/g, '\\$&')}$`),
  ]
  return readdirSync(`/proc/${helper}/fd`)
    .map((fd) => readlinkSync(`/proc/${helper}/fd/${fd}`))
    .filter((target) => !own.some((pattern) => pattern.test(target)))
}
