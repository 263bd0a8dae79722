// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DnsOptions } from '../../../../core/options/dns.ts'
import { type ResolvRequest, resolvFile } from '../../../../core/spec/resolv.ts'

interface Case {
  readonly name: string
  readonly hostFile: string | undefined
  readonly upstreamFile?: string
  readonly network: ResolvRequest['network']
  readonly dns?: Partial<DnsOptions>
  readonly want: string | undefined
}

const own = {
  search: [],
  nameservers: [],
  addsHostServers: true,
  lastNameserver: undefined,
  sharesLoopback: false,
}
const host = { ...own, sharesLoopback: true }
const slirp = { ...own, nameservers: ['10.0.2.3'] }
const pasta = { ...own, lastNameserver: '169.254.1.1' }

const stub = '# stub\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.org lan\n'
const rest = { search: 'search example.org lan\n', options: 'options edns0 trust-ad\n' }
const upstreamFile = 'nameserver 192.0.2.53\nnameserver 127.0.0.1\nsearch elsewhere\n'
const mixed = 'nameserver 127.0.0.1\nnameserver ::1\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n'

const cases: readonly Case[] = [
  {
    name: 'the host’s on its network',
    network: host,
    hostFile: stub,
    want: `${rest.search}nameserver 127.0.0.53\n${rest.options}`,
  },
  { name: 'none when the host has none', network: host, hostFile: undefined, want: undefined },
  {
    name: 'the network’s before the host’s that can be reached',
    network: slirp,
    hostFile: mixed,
    want: 'nameserver 10.0.2.3\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n',
  },
  {
    name: 'the network’s alone where the host’s are not added',
    network: { ...slirp, addsHostServers: false },
    hostFile: mixed,
    want: 'nameserver 10.0.2.3\n',
  },
  {
    name: 'the network’s, and search and options of the host',
    network: slirp,
    hostFile: stub,
    want: `${rest.search}nameserver 10.0.2.3\n${rest.options}`,
  },
  {
    name: 'the servers behind the stub of systemd-resolved',
    network: own,
    hostFile: stub,
    upstreamFile,
    want: `${rest.search}nameserver 192.0.2.53\n${rest.options}`,
  },
  {
    name: 'the stub’s own where the container can ask it',
    network: host,
    hostFile: stub,
    upstreamFile,
    want: `${rest.search}nameserver 127.0.0.53\n${rest.options}`,
  },
  {
    name: 'the last resort where nothing else answers',
    network: pasta,
    hostFile: 'nameserver 127.0.0.1\n',
    want: 'nameserver 169.254.1.1\n',
  },
  {
    name: 'not the last resort where something else answers',
    network: pasta,
    hostFile: mixed,
    want: 'nameserver 192.0.2.1\nnameserver 2001:db8::1\n',
  },
  {
    name: 'the last of search and domain, all options, and the sort list',
    network: slirp,
    hostFile: 'options a\nsearch one\n  domain\ttwo\n;search three\noptions b\nsortlist 192.0.2.0',
    want: 'search two\nnameserver 10.0.2.3\noptions a b\nsortlist 192.0.2.0\n',
  },
  {
    name: 'no search list where the last one is empty',
    network: slirp,
    hostFile: 'search one\nsearch',
    want: 'nameserver 10.0.2.3\n',
  },
  {
    name: 'the image’s where that is asked for',
    network: slirp,
    hostFile: stub,
    dns: { keep: true },
    want: undefined,
  },
  {
    name: 'given servers instead of all others, on the loopback as well',
    network: slirp,
    hostFile: stub,
    dns: { servers: ['192.0.2.9', '127.0.0.1'] },
    want: `${rest.search}nameserver 192.0.2.9\nnameserver 127.0.0.1\n${rest.options}`,
  },
  {
    name: 'given options and domains instead of the host’s',
    network: host,
    hostFile: 'search a\noptions b\n',
    dns: { search: ['x', 'y'], options: ['ndots:3'] },
    want: 'search x y\noptions ndots:3\n',
  },
  {
    name: 'without a search list where that is asked for',
    network: slirp,
    hostFile: stub,
    dns: { search: [] },
    want: `nameserver 10.0.2.3\n${rest.options}`,
  },
]

const nothing: DnsOptions = {
  keep: false,
  servers: undefined,
  search: undefined,
  options: undefined,
}

describe('resolvFile', () => {
  for (const { name, want, dns, ...request } of cases) {
    const all = { upstreamFile: undefined, ...request, dns: { ...nothing, ...dns } }
    it(`is ${name}`, () => assert.equal(resolvFile(all), want))
  }
})
