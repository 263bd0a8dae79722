// SPDX-License-Identifier: Apache-2.0

/** Whether a text is an IP address without a prefix or a zone; RFC 791, RFC 4291. */
export const isIp = (text: string): boolean => isIpv4(text) || isIpv6(text)

/** Whether a text is an IPv4 address in dotted form, each number in its shortest form. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
}

/** Whether a text is an IPv6 address in one of the forms of RFC 4291, section 2.2. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.map((half, index) => groupsOf(half, index === halves.length - 1))
  if (groups.some((count) => count === undefined)) return false
  const total = groups.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  return halves.length === 2 ? total < 8 : total === 8
}

/** How many of eight groups a half of an address stands for; undefined when it is no such half. */
function groupsOf(half: string, isLast: boolean): number | undefined {
  if (half === '') return 0
  const words = half.split(':')
  const ipv4 = isLast && isIpv4(words.at(-1) ?? '')
  const hex = ipv4 ? words.slice(0, -1) : words
  return hex.every((word) => /^[0-9a-f]{1,4}$/i.test(word))
    ? words.length + (ipv4 ? 1 : 0)
    : undefined
}

/** Whether an address leads to the machine that uses it: 127.0.0.0/8 and ::1. */
export const isLoopback = (address: string): boolean =>
  isIpv4(address) ? address.startsWith('127.') : /^(0*:)+0*1$/.test(address)

export interface Ipv4Network {
  /** As a number, host bits zero. */
  readonly base: number
  readonly prefixLength: number
}

/** `a.b.c.d/n` as its network; undefined when it is none. */
export function parseIpv4Network(text: string): Ipv4Network | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  const prefixLength = Number(length)
  if (rest.length > 0 || !isIpv4(address) || !/^\d{1,2}$/.test(length) || prefixLength > 32)
    return undefined
  const size = 2 ** (32 - prefixLength)
  return { base: Math.floor(numberOf(address) / size) * size, prefixLength }
}

const numberOf = (address: string) =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** The address `offset` behind the base. */
export function addressAt({ base }: Ipv4Network, offset: number): string {
  const address = base + offset
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}
