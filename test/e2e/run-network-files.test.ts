// SPDX-License-Identifier: Apache-2.0
/** /etc/hosts, /etc/resolv.conf and /etc/hostname: what a program finds in them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { runBelow } from './support/prefixed.ts'
import { check, checkRows, type RunRow, shell } from './support/rows.ts'

const onHost = ['--network', 'host']

/** What is mounted in /etc. */
const filesOfOurs = shell('cut -d" " -f5 /proc/self/mountinfo | sort | grep ^/etc; true')

const rows: readonly RunRow[] = [
  {
    name: 'none: no hosts and no resolv.conf, but a hostname',
    options: ['--hostname', 'box'],
    argv: filesOfOurs,
    want: { stdout: '/etc/hostname\n' },
  },
  {
    name: '--add-host comes before all else, in its order, with several names',
    options: [...onHost, '--add-host', 'a;b:192.0.2.9', '--add-host=localhost:2001:db8::9'],
    argv: ['head', '-n', '2', '/etc/hosts'],
    want: { stdout: '192.0.2.9\ta b\n2001:db8::9\tlocalhost\n' },
  },
  {
    name: 'host-gateway is what host.containers.internal is',
    options: [...onHost, '--add-host', 'gate:host-gateway'],
    argv: shell('grep -E "gate|host.containers" /etc/hosts | cut -f 1 | uniq | wc -l'),
    want: { stdout: '1\n' },
  },
  {
    name: '--dns, --dns-search and --dns-option take the place of what the host has',
    options: [
      ...[...onHost, '--dns', '192.0.2.53', '--dns=2001:db8::53'],
      ...['--dns-search', 'example.org', '--dns-search', 'lan', '--dns-option', 'ndots:2'],
    ],
    argv: ['cat', '/etc/resolv.conf'],
    want: {
      stdout:
        'search example.org lan\nnameserver 192.0.2.53\nnameserver 2001:db8::53\noptions ndots:2\n',
    },
  },
  {
    name: '--dns none keeps the file of the image, --no-hosts and --no-hostname, too',
    options: [...onHost, '--dns', 'none', '--no-hosts', '--no-hostname'],
    argv: filesOfOurs,
    want: { stdout: '' },
  },
  ...(
    [
      [['--dns', '192.0.2.53'], /need a network\n.*hint: leave/s],
      [[...onHost, '--dns', 'name'], /"name": no IP address\n.*hint: like/s],
      [[...onHost, '--dns-search', 'a b'], /"a b": not a name\n.*hint: like/s],
      [[...onHost, '--add-host', 'a'], /"a": not NAME:ADDRESS\n.*hint: like/s],
      [[...onHost, '--add-host', 'a:1.2.3.4', '--no-hosts'], /--no-hosts leaves alone\n.*hint:/s],
      [['--network', 'slirp4netns:mtu=1'], /no option "mtu=1"\n.*hint: the MTU/s],
      [['--network', 'pasta:--netns=x'], /"--netns=x".*\n.*hint: that one/s],
      [['--network', 'a/b'], /no network "a\/b"\n.*hint: it is none, host/s],
    ] as const
  ).map(
    ([options, stderr]): RunRow => ({
      name: `${options.join(' ')} is refused`,
      options,
      argv: ['true'],
      want: { code: 125, stderr },
    }),
  ),
]

describe('files of the network', () => {
  matrix('say what was asked for', async (user) => {
    await checkRows(user, await user.container('busybox'), rows)
  })

  matrix('say what "from" was asked for, which "run" may add to', async (user) => {
    const base = await user.container('busybox')
    await user.ok(['commit', base, 'base'])
    const options = ['--add-host', 'a:192.0.2.1', '--dns', '192.0.2.53', '--network', 'host']
    const container = (await user.ok(['from', ...options, 'base'])).stdout.trim()
    const script = shell('head -n 2 /etc/hosts; grep nameserver /etc/resolv.conf')
    const args = ['run', '--add-host', 'b:192.0.2.2', container, ...script]
    check(args, await user.tsbuild(args), {
      stdout: '192.0.2.1\ta\n192.0.2.2\tb\nnameserver 192.0.2.53\n',
    })
    const none = ['run', '--network', 'none', container, 'true'] // --dns is put aside
    check(none, await user.tsbuild(none), {})
  })

  matrix('name the servers behind the stub of systemd-resolved', checkStub, {
    needs: ['root', 'tun'],
  })
})

/** In a mount namespace whose /etc/resolv.conf and /run are those of such a machine. */
async function checkStub(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const stub = join(user.directory, 'stub')
  writeFileSync(stub, 'nameserver 127.0.0.53\noptions edns0\nsearch lan\n')
  writeFileSync(join(user.directory, 'upstream'), 'nameserver 192.0.2.53\nsearch lan\n')
  const script = [
    `mount --bind ${stub} "$(readlink -f /etc/resolv.conf)"`,
    'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/resolve',
    `cp ${user.directory}/upstream /run/systemd/resolve/resolv.conf`,
    'exec "$@"',
  ]
  const prefix = ['unshare', '--mount', 'sh', '-ec', script.join('\n'), 'sh']
  const rest = (servers: string) => `search lan\n${servers}options edns0\n`
  const expected = {
    slirp4netns: rest('nameserver 10.0.2.3\nnameserver 192.0.2.53\n'),
    host: rest('nameserver 127.0.0.53\n'),
  }
  for (const [network, stdout] of Object.entries(expected)) {
    const args = ['run', '--network', network, container, 'cat', '/etc/resolv.conf']
    check(args, await runBelow(user, prefix, [...user.command, ...args]), { stdout })
  }
}
