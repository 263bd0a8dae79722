// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'

export interface DefaultRoute {
  readonly device: string
  readonly gateway: string
}

/**
 * The host's first IPv4 route to everywhere; undefined without one.
 *
 * @param text of /proc/net/route: addresses are numbers in hexadecimal, the first byte last
 * @see route(8); net/ipv4/fib_trie.c, fib_route_seq_show()
 */
export function defaultRoute(text = routes()): DefaultRoute | undefined {
  const rows = text.split('\n').map((line) => line.split(/\s+/))
  const found = rows.find(([, destination, , flags, , , , mask]) => {
    const isUp = (Number.parseInt(flags ?? '', 16) & RTF_UP) !== 0
    return isUp && destination === '00000000' && mask === '00000000'
  })
  const [device, , gateway] = found ?? []
  if (device === undefined || gateway === undefined) return undefined
  const bytes = gateway.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? []
  return { device, gateway: bytes.reverse().join('.') }
}

const RTF_UP = 1

function routes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8')
  } catch {
    return ''
  }
}
