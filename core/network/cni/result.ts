// SPDX-License-Identifier: Apache-2.0
import { isIp, isIpv4 } from '../../lib/ip.ts'

/** What ADD says of an interface. */
export interface CniResult {
  /** With their prefixes: `10.0.0.2/24`. */
  readonly addresses: readonly string[]
  readonly gateways: readonly string[]
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
}

/**
 * What matters to us of a result, of any version: `ips` since 0.3, `ip4` and `ip6` before. What has
 * not the right form is left out: plugins are programs of others.
 *
 * @see CNI SPEC 1.0, section 5, "Success"
 */
export function cniResult(value: unknown): CniResult {
  const { ips, ip4, ip6, dns } = objectOf(value)
  const old = [objectOf(ip4), objectOf(ip6)].map(({ ip, gateway }) => ({ address: ip, gateway }))
  const all = Array.isArray(ips) ? ips.map(objectOf) : old
  const { nameservers, search } = objectOf(dns)
  return {
    addresses: texts(all.map(({ address }) => address)).filter(isPrefixed),
    gateways: texts(all.map(({ gateway }) => gateway)).filter(isIp),
    nameservers: texts(nameservers).filter(isIp),
    search: texts(search).filter((domain) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(domain)),
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

function isPrefixed(text: string): boolean {
  const [, address = '', length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  return isIp(address) && Number(length) <= (isIpv4(address) ? 32 : 128)
}
