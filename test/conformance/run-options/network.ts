// SPDX-License-Identifier: Apache-2.0
import type { OptionRow } from './row.ts'

const onHost = ['--network', 'host']
const devices = 'tail -n +3 /proc/net/dev | cut -d: -f1 | sort'
const resolv = 'cat /etc/resolv.conf'

/** Only we add that name. */
const withoutDocker = (output: string) => output.replace(/ host\.docker\.internal/g, '')

/** The first lines, for ours go on with names that buildah leaves out. */
const first = (count: number) => (output: string) =>
  withoutDocker(output).split('\n').slice(0, count)

/** Networks, and the files that depend on them. */
export const networkRows: readonly OptionRow[] = [
  {
    name: '--network none',
    script: `${devices}; ip -4 -o addr; cut -d" " -f5 /proc/self/mountinfo | grep ^/etc`,
  },
  {
    name: '--network host',
    run: onHost,
    script: `${devices}; readlink /proc/self/ns/net; grep -c host.containers /etc/hosts`,
  },
  {
    name: '--network host of from',
    from: onHost,
    script: `${devices}; cat /etc/resolv.conf`,
    ownNetwork: true,
  },
  {
    name: '--network private: a network of slirp4netns',
    from: ['--network', 'private'],
    script: `${devices}; ip -4 -o addr show tap0; ip route; cat /etc/resolv.conf`,
    ownNetwork: true,
    kinds: ['subid'],
  },
  {
    name: '--network private: the address under the name',
    script: 'grep -c "^10.0.2.100" /etc/hosts; grep host.containers /etc/hosts',
    compare: withoutDocker,
    ownNetwork: true,
    kinds: ['subid'],
  },
  {
    name: '--network of a name, as a user',
    run: ['--network', 'x'],
    script: ':',
    refused: true,
    kinds: ['subid'],
  },
  {
    name: '--add-host',
    from: [...onHost, '--add-host', 'one:192.0.2.1', '--add-host', 'two:2001:db8::2'],
    script: 'cat /etc/hosts',
    compare: first(3),
    ownNetwork: true,
  },
  {
    name: '--add-host before the host’s own',
    from: [...onHost, '--add-host', 'localhost:192.0.2.1', '--add-host', 'localhost:192.0.2.2'],
    script: 'grep -w localhost /etc/hosts',
    ownNetwork: true,
  },
  ...['one', 'one:two', ':192.0.2.1', 'one:192.0.2'].map(
    (host): OptionRow => ({
      name: `--add-host ${host}`,
      from: ['--add-host', host],
      script: ':',
      refused: true,
    }),
  ),
  {
    name: '--add-host without a network',
    from: ['--add-host', 'one:192.0.2.1'],
    script: 'ls /etc/hosts',
  },
  {
    name: '--dns',
    from: ['--dns', '192.0.2.1', '--dns', '::1', ...onHost],
    script: resolv,
    ownNetwork: true,
  },
  {
    name: '--dns none',
    from: ['--dns', 'none', ...onHost],
    script: `test -s /etc/resolv.conf`,
    ownNetwork: true,
  },
  {
    name: '--dns none and another',
    from: ['--dns', 'none', '--dns', '192.0.2.1'],
    script: ':',
    refused: true,
  },
  {
    name: '--dns none and a domain',
    from: ['--dns', 'none', '--dns-search', 'lan'],
    script: ':',
    refused: true,
  },
  {
    name: '--dns-search',
    from: ['--dns-search', 'a.example', '--dns-search', 'lan', ...onHost],
    script: resolv,
    ownNetwork: true,
  },
  {
    name: '--dns-search .',
    from: ['--dns-search', '.', ...onHost],
    script: resolv,
    ownNetwork: true,
  },
  {
    name: '--dns-option',
    from: ['--dns-option', 'ndots:3', '--dns-option', 'debug', ...onHost],
    script: resolv,
    ownNetwork: true,
  },
  {
    name: '--no-hosts',
    run: [...onHost, '--no-hosts'],
    script: 'cut -d" " -f5 /proc/self/mountinfo | grep ^/etc | sort',
  },
]
