// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type HostsRequest, hostsFile } from '../../../../core/spec/hosts.ts'

const nothing: HostsRequest = {
  base: '',
  hostname: 'box',
  containerName: 'ctr',
  network: 'none',
  hostAddress: '192.0.2.7',
}
const localhost = '127.0.0.1\tlocalhost\n::1\tlocalhost\n'
const hostNames = 'host.containers.internal host.docker.internal'

interface Case {
  readonly name: string
  readonly request: Partial<HostsRequest>
  readonly want: string
}

const cases: readonly Case[] = [
  { name: 'names itself without a network', request: {}, want: `${localhost}127.0.1.1\tbox ctr\n` },
  {
    name: 'names the host on its own network',
    request: { network: 'host' },
    want: `${localhost}127.0.0.1\t${hostNames}\n127.0.1.1\tbox ctr\n`,
  },
  {
    name: 'names the host by an address slirp4netns reaches',
    request: { network: 'slirp4netns' },
    want: `${localhost}192.0.2.7\t${hostNames}\n10.0.2.100\tbox ctr\n`,
  },
  {
    name: 'does not name a host that cannot be reached',
    request: { network: 'slirp4netns', hostAddress: undefined },
    want: `${localhost}10.0.2.100\tbox ctr\n`,
  },
  {
    name: 'writes a name once',
    request: { containerName: 'box' },
    want: `${localhost}127.0.1.1\tbox\n`,
  },
  {
    name: 'leaves out a container name that is no host name',
    request: { containerName: 'a b\n1.2.3.4 evil' },
    want: `${localhost}127.0.1.1\tbox\n`,
  },
  {
    name: 'keeps the base, without comments, and does not contradict it',
    request: { base: '# top\n127.0.0.1  localhost\tctr # c\n\n10.0.0.1\n::1 ip6-localhost' },
    want: '127.0.0.1\tlocalhost ctr\n::1\tip6-localhost\n127.0.1.1\tbox\n',
  },
]

describe('hostsFile', () => {
  for (const { name, request, want } of cases) {
    it(name, () => assert.equal(hostsFile({ ...nothing, ...request }), want))
  }
})
