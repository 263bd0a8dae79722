// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseIpv4Network } from '../../../../core/lib/ip.ts'
import { type NetworkChoice, networkChoice } from '../../../../core/options/network.ts'
import { checkNetworkOptions } from '../../../../core/options/network-conflicts.ts'
import { pastaValue } from '../../../../core/options/pasta.ts'
import { slirpNetwork } from '../../../../core/options/slirp4netns.ts'

const slirp = slirpNetwork([])
const pasta = { kind: 'pasta', args: [], mapsGateway: false } as const

const rows: readonly (readonly [options: readonly string[], want: NetworkChoice])[] = [
  [[], { kind: 'private' }],
  [['private'], { kind: 'private' }],
  [['default'], { kind: 'private' }],
  [['none'], { kind: 'none' }],
  [['host', 'none'], { kind: 'none' }],
  [['ns:/run/netns/a:b'], { kind: 'joined', path: '/run/netns/a:b' }],
  [['/proc/1/ns/net'], { kind: 'joined', path: '/proc/1/ns/net' }],
  [['container:other'], { kind: 'container', name: 'other' }],
  [['slirp4netns'], slirp],
  [
    ['slirp4netns:mtu=1500,cidr=10.9.1.0/16,allow_host_loopback=true,enable_ipv6=true'],
    {
      ...slirp,
      mtu: 1500,
      cidr: { base: 0x0a090000, prefixLength: 16 },
      hostLoopback: true,
      ipv6: true,
    },
  ],
  [
    ['slirp4netns:outbound_addr=192.0.2.7,outbound_addr6=eth0,port_handler=slirp4netns'],
    { ...slirp, outboundAddress: '192.0.2.7', outboundAddress6: 'eth0' },
  ],
  [['slirp4netns:enable_ipv6=true,enable_ipv6=false'], slirp],
  [['pasta'], pasta],
  [['pasta:'], pasta],
  [['pasta:--map-gw,-t,8080'], { ...pasta, args: ['-t', '8080'], mapsGateway: true }],
  [['one'], { kind: 'named', names: ['one'] }],
  [['one,two', 'three', 'one'], { kind: 'named', names: ['one', 'two', 'three'] }],
  [['one', 'host'], { kind: 'host' }],
  [['host', 'two'], { kind: 'named', names: ['two'] }],
]

describe('the networks', () => {
  for (const [options, want] of rows)
    it(`of ${JSON.stringify(options)}`, () => assert.deepEqual(networkChoice(options), want))

  it('of slirp4netns lie where it puts them by itself', () => {
    assert.deepEqual(slirp.cidr, parseIpv4Network('10.0.2.0/24'))
  })

  const wrong = [
    ...[
      '',
      'none:x',
      'host:',
      'ns:',
      'ns:relative',
      'container:',
      'a,,b',
      'one,host',
      '../x',
      'a/b',
    ],
    ...['slirp4netns:', 'slirp4netns:mtu', 'slirp4netns:mtu=', 'slirp4netns:mtu=67', 'a b', '-x'],
    ...['slirp4netns:mtu=65522', 'slirp4netns:mtu=1e3', 'slirp4netns:cidr=10.0.2.0/26', 'bridge:x'],
    ...['slirp4netns:cidr=10.0.2.0', 'slirp4netns:cidr=::/8', 'slirp4netns:enable_ipv6=1'],
    ...['slirp4netns:allow_host_loopback', 'slirp4netns:outbound_addr=::1', 'slirp4netns:x=y'],
    ...['slirp4netns:outbound_addr=--x', 'slirp4netns:outbound_addr6=1.2.3.4'],
    ...['slirp4netns:port_handler=other', 'pasta:8080', 'pasta:--netns,/x', 'pasta:-P/x'],
    ...['pasta:-t,1,--userns=/x', 'pasta:--fd=3', 'pasta:--runas,0'],
  ]
  for (const option of wrong)
    it(`are not ${JSON.stringify(option)}`, () => {
      assert.throws(() => networkChoice([option]), { code: 'USAGE', hint: /./ })
    })
})

describe('a value among the options of pasta', () => {
  const args = ['-t', '80', '--address=192.0.2.1', '-i', 'eth0', '--mtu', '1500']
  it('is the word behind it', () => assert.equal(pastaValue(args, ['-i', '--interface']), 'eth0'))
  it('is behind the sign', () => assert.equal(pastaValue(args, ['-a', '--address']), '192.0.2.1'))
  it('is not there', () => assert.equal(pastaValue(args, ['-g', '--gateway']), undefined))
})

describe('options of one command', () => {
  const conflicts = [
    { network: ['none'], dns: ['192.0.2.1'] },
    { network: ['host', 'none'], dnsSearch: ['x'] },
    { network: ['none'], dnsOption: ['x'] },
    { noHosts: true, addHost: ['a:192.0.2.1'] },
  ]
  for (const given of conflicts)
    it(`contradict each other: ${JSON.stringify(given)}`, () => {
      assert.throws(() => checkNetworkOptions(given), { code: 'USAGE', hint: /leave/ })
    })

  const peaceful = [
    {},
    { network: ['none'], addHost: ['a:192.0.2.1'] },
    { network: ['host'], dns: ['192.0.2.1'] },
    { dnsSearch: ['x'] },
    { noHosts: true, dns: ['192.0.2.1'] },
  ]
  for (const given of peaceful)
    it(`go together: ${JSON.stringify(given)}`, () => checkNetworkOptions(given))
})
