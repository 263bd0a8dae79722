// SPDX-License-Identifier: Apache-2.0
/** The three networks: what a program sees of them, and what is said when one is not to be had. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { namespaceOf, readProcess } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { commandWithPathOf } from './support/bare-path.ts'
import { runBelow } from './support/prefixed.ts'
import { castOf } from './support/roles.ts'
import { check, checkRows, type RunRow, runArgs, shell } from './support/rows.ts'

const rows: readonly RunRow[] = [
  {
    name: 'none: nothing but loopback, which is up',
    argv: shell('ls /sys/class/net; ip -o -4 addr; ip -o link | grep -c LOOPBACK,UP; ip route'),
    want: { stdout: /^lo\n1: lo {4}inet 127\.0\.0\.1\/8 scope host lo\\? .*\n1\n$/ },
  },
  {
    name: 'none: the image’s own resolv.conf',
    argv: ['cat', '/etc/resolv.conf'],
    want: { code: 1, stderr: /No such file/ },
  },
  {
    name: 'slirp4netns: its address, its route, the largest MTU',
    options: ['--network', 'slirp4netns'],
    argv: shell('ip -o -4 addr show tap0; ip route; cat /sys/class/net/tap0/mtu'),
    want: {
      stdout: /inet 10\.0\.2\.100\/24 .*default via 10\.0\.2\.2 dev tap0.*\n65520\n$/s,
    },
  },
  {
    name: 'slirp4netns: its resolver, and its address under the own name',
    options: ['--network', 'slirp4netns', '--hostname', 'box'],
    argv: shell('head -n 1 /etc/resolv.conf; grep -w box /etc/hosts'),
    want: { stdout: /^nameserver 10\.0\.2\.3\n10\.0\.2\.100\tbox\b.*\n$/ },
  },
  {
    name: 'slirp4netns: /sys shows this network only, and cannot be written',
    options: ['--network', 'slirp4netns'],
    argv: shell('ls /sys/class/net; grep " /sys " /proc/self/mountinfo | cut -d" " -f6'),
    want: { stdout: /^lo\ntap0\nro,/ },
  },
]

describe('network', () => {
  matrix(
    'is what was asked for',
    async (user) => checkRows(user, await user.container('busybox'), rows),
    { needs: ['tun'] },
  )

  matrix('of the host is the host’s', async (user) => {
    const container = await user.container('busybox')
    const args = ['run', '--net', 'host', container, 'readlink', '/proc/self/ns/net']
    assert.equal((await user.ok(args)).stdout.trim(), namespaceOf('self', 'net'))
  })

  matrix('of slirp4netns does not lead to the host’s loopback', checkLoopback, { needs: ['tun'] })

  matrix('without slirp4netns is refused, with what to do', async (user) => {
    const container = await user.container('busybox')
    const command = commandWithPathOf(user, 'newuidmap', 'newgidmap')
    const args = [...command, 'run', container, 'true']
    check(args, await user.run(args), {
      code: 125,
      stderr: /cannot start slirp4netns: not found in PATH\n.*hint: install .*slirp4netns/s,
    })
    const { code } = await user.run([...command, ...runArgs(container, ['true'])])
    assert.equal(code, 0)
  })

  matrix(
    'without a tun device is refused, with its name',
    async (user) => {
      const container = await user.container('busybox')
      const hide = 'mount -t tmpfs tmpfs /dev/net; exec "$@"'
      const prefix = ['unshare', '--mount', 'sh', '-c', hide, 'sh']
      const args = [...user.command, 'run', container, 'true']
      check(args, await runBelow(user, prefix, args), {
        code: 125,
        stderr: /cannot connect the network: slirp4netns failed\n.*hint: make \/dev\/net\/tun/s,
      })
    },
    { needs: ['root', 'tun'] },
  )

  matrix(
    'goes when the container does',
    async (user) => {
      const container = await user.container('busybox')
      const script = shell('echo ready; exec sleep 1000')
      const run = user.spawn([...user.command, 'run', container, ...script])
      await until('it runs', () => run.stdout() === 'ready\n')
      const { slirp4netns = 0, init = 0 } = castOf(run.pid)
      assert.equal(readProcess(slirp4netns)?.name, 'slirp4netns')
      process.kill(init, 'SIGKILL')
      assert.equal((await run.result).code, 137)
      const gone = () => readProcess(slirp4netns) === undefined
      await until('slirp4netns is gone', gone, 1000)
    },
    { needs: ['tun'] },
  )
})

/** A listener of ours is found through the host's network, and not through slirp4netns. */
async function checkLoopback(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const server = createServer((socket) => socket.end('hello\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? String(address.port) : ''
    const connect = (host: string) => ['nc', '-w', '2', host, port]
    const found = await user.tsbuild(['run', '--net', 'host', container, ...connect('127.0.0.1')])
    assert.equal(found.stdout, 'hello\n', found.stderr)
    const hidden = await user.tsbuild(['run', container, ...connect('10.0.2.2')])
    assert.deepEqual({ code: hidden.code, stdout: hidden.stdout }, { code: 1, stdout: '' })
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
