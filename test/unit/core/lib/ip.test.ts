// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { describe, it } from 'node:test'
import { addressAt, isIpv4, isIpv6, isLoopback, parseIpv4Network } from '../../../../core/lib/ip.ts'

const texts = [
  ...['0.0.0.0', '192.0.2.7', '255.255.255.255', '256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4'],
  ...['1.2.3.', '', ' 1.2.3.4', '1.2.3.4\n', '1.2.3.-4', '1.2.3.a', '1e1.2.3.4'],
  ...['::', '::1', '1::', '2001:db8::7', '2001:DB8::7', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7'],
  ...['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1::2:3:4:5:6:7:8', '1::2::3'],
  ...[':::', ':', ':1', '1:', '1:2:3:4:5:6:7:', '::12345', '::g', '::ffff:192.0.2.7', '::1.2.3'],
  ...['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4::', '::1.2.3.4:5', '[::1]', '::1/8'],
]

describe('an IP address', () => {
  for (const text of texts)
    it(`${JSON.stringify(text)} is what Node says`, () => {
      assert.deepEqual([isIpv4(text), isIpv6(text)], [isIPv4(text), isIPv6(text)])
    })

  for (const address of ['127.0.0.1', '127.0.0.53', '::1', '0:0:0:0:0:0:0:1', '0000::0001'])
    it(`${address} leads to the machine that uses it`, () => assert.ok(isLoopback(address)))
  for (const address of ['128.0.0.1', '12.7.0.1', '::', '1::1', '::11', '2001:db8::1'])
    it(`${address} leads elsewhere`, () => assert.ok(!isLoopback(address)))
})

describe('an IPv4 network', () => {
  const rows: readonly (readonly [text: string, offset: number, want: string | undefined])[] = [
    ['10.0.2.0/24', 100, '10.0.2.100'],
    ['10.0.2.77/24', 2, '10.0.2.2'],
    ['192.168.255.128/25', 3, '192.168.255.131'],
    ['10.255.255.0/8', 256, '10.0.1.0'],
    ['255.1.2.3/1', 100, '128.0.0.100'],
    ['1.2.3.4/32', 0, '1.2.3.4'],
    ['1.2.3.4/0', 1, '0.0.0.1'],
    ['1.2.3.4/33', 0, undefined],
    ['1.2.3.4', 0, undefined],
    ['1.2.3.4/', 0, undefined],
    ['1.2.3.4/2/3', 0, undefined],
    ['1.2.3/24', 0, undefined],
    ['::/24', 0, undefined],
    ['1.2.3.4/-1', 0, undefined],
  ]
  for (const [text, offset, want] of rows)
    it(`${text} has ${want ?? 'no address'} ${offset} behind its base`, () => {
      const network = parseIpv4Network(text)
      assert.equal(network && addressAt(network, offset), want)
    })
})
