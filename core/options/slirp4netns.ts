// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { type Ipv4Network, isIpv4, isIpv6, parseIpv4Network } from '../lib/ip.ts'
import type { SlirpNetwork } from '../spec/network.ts'

/**
 * The words behind `slirp4netns:`.
 *
 * @throws TsbuildError USAGE
 * @see podman-run(1), --network, for the words; slirp4netns(1) for what they mean
 */
export function slirpNetwork(words: readonly string[]): SlirpNetwork {
  return Object.assign({}, defaults, ...words.map(oneOption))
}

const defaults: SlirpNetwork = {
  kind: 'slirp4netns',
  mtu: 65520, // the largest it takes, which is what makes it fast
  cidr: { base: 0x0a000200, prefixLength: 24 },
  hostLoopback: false,
  ipv6: false,
  program: undefined,
  outboundAddress: undefined,
  outboundAddress6: undefined,
}

function oneOption(word: string): Partial<SlirpNetwork> {
  const equals = word.indexOf('=')
  const name = word.slice(0, equals < 0 ? undefined : equals)
  const value = equals < 0 ? '' : word.slice(equals + 1)
  switch (name) {
    case 'mtu':
      return { mtu: mtu(word, value) }
    case 'cidr':
      return { cidr: cidr(word, value) }
    case 'allow_host_loopback':
      return { hostLoopback: choice(word, value) }
    case 'enable_ipv6':
      return { ipv6: choice(word, value) }
    case 'outbound_addr':
      return { outboundAddress: source(word, value, isIpv4) }
    case 'outbound_addr6':
      return { outboundAddress6: source(word, value, isIpv6) }
    case 'port_handler': // of ports that are published, and none are here
      return ['rootlesskit', 'slirp4netns'].includes(value) ? {} : refuse(word, handlers)
    default:
      return refuse(word, `it takes ${names.join(', ')}, each with =VALUE`)
  }
}

const handlers = 'the handler is rootlesskit or slirp4netns'

const names = [
  'mtu',
  'cidr',
  'allow_host_loopback',
  'enable_ipv6',
  'outbound_addr',
  'outbound_addr6',
  'port_handler',
]

/** The least that IPv6 asks for is less than the least of slirp4netns's own check. */
function mtu(word: string, value: string): number {
  const bytes = Number(value)
  if (/^\d+$/.test(value) && bytes >= 68 && bytes <= 65521) return bytes
  return refuse(word, 'the MTU is a number from 68 to 65521')
}

/** slirp4netns takes its addresses from the front and offers others up to 100 behind it. */
function cidr(word: string, value: string): Ipv4Network {
  const network = parseIpv4Network(value)
  if (network !== undefined && network.prefixLength >= 1 && network.prefixLength <= 25)
    return network
  return refuse(word, 'write a network like 10.0.2.0/24, with a prefix of 1 to 25 bits')
}

function choice(word: string, value: string): boolean {
  return value === 'true' || (value === 'false' ? false : refuse(word, 'write =true or =false'))
}

/** An interface's name may be as the kernel allows it; dev_valid_name(). */
function source(word: string, value: string, isAddress: (text: string) => boolean): string {
  const isInterface = /^[A-Za-z][^\s/:]{0,14}$/.test(value)
  if (isAddress(value) || isInterface) return value
  return refuse(word, 'write an address of this machine, or the name of an interface')
}

function refuse(word: string, hint: string): never {
  const shown = JSON.stringify(word)
  throw new TsbuildError('USAGE', `slirp4netns has no option ${shown}`, { hint })
}
