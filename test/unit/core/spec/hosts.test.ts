// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type HostsRequest, hostsFile } from '../../../../core/spec/hosts.ts'

const nothing: HostsRequest = {
  base: '',
  added: [],
  hostname: 'box',
  containerName: 'ctr',
  ownAddresses: [],
  hostAddress: undefined,
}
const localhost = '127.0.0.1\tlocalhost\n::1\tlocalhost\n'
const hostNames = 'host.containers.internal host.docker.internal'

interface Case {
  readonly name: string
  readonly request: Partial<HostsRequest>
  readonly want: string
}

const cases: readonly Case[] = [
  {
    name: 'names a container without an address',
    request: {},
    want: `${localhost}127.0.1.1\tbox ctr\n`,
  },
  {
    name: 'names the host and the addresses of the container',
    request: { hostAddress: '192.0.2.7', ownAddresses: ['10.0.2.100', 'fd00::100'] },
    want: `${localhost}192.0.2.7\t${hostNames}\n10.0.2.100\tbox ctr\nfd00::100\tbox ctr\n`,
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
  {
    name: 'puts what was added before the base, each line of it',
    request: {
      base: '127.0.0.1 localhost\n192.0.2.1 a\n',
      added: [
        { names: ['a', 'b'], address: '192.0.2.9' },
        { names: ['a'], address: '2001:db8::9' },
      ],
    },
    want:
      '192.0.2.9\ta b\n2001:db8::9\ta\n127.0.0.1\tlocalhost\n192.0.2.1\ta\n' +
      '127.0.1.1\tbox ctr\n',
  },
  {
    name: 'lets what was added name the host and the container',
    request: {
      hostAddress: '192.0.2.7',
      added: [{ names: ['host.containers.internal', 'box', 'ctr'], address: '192.0.2.9' }],
    },
    want:
      '192.0.2.9\thost.containers.internal box ctr\n' +
      `${localhost}192.0.2.7\thost.docker.internal\n`,
  },
  {
    name: 'writes the address of the host for host-gateway',
    request: { hostAddress: '192.0.2.7', added: [{ names: ['a'], address: 'host-gateway' }] },
    want: `192.0.2.7\ta\n${localhost}192.0.2.7\t${hostNames}\n127.0.1.1\tbox ctr\n`,
  },
]

describe('hostsFile', () => {
  for (const { name, request, want } of cases) {
    it(name, () => assert.equal(hostsFile({ ...nothing, ...request }), want))
  }

  it('refuses host-gateway where no way leads to the host', () => {
    const request = { ...nothing, added: [{ names: ['a', 'b'], address: 'host-gateway' }] }
    const error = { code: 'USAGE', message: /"a;b:host-gateway"/, hint: /allow_host_loopback/ }
    assert.throws(() => hostsFile(request), error)
  })
})
