// SPDX-License-Identifier: Apache-2.0
import { isLoopback } from '../lib/ip.ts'
import type { DnsOptions } from '../options/dns.ts'
import type { NetworkView } from './network.ts'

export interface ResolvRequest {
  readonly dns: DnsOptions
  readonly network: Omit<NetworkView, 'ownAddresses' | 'hostAddress'>
  /** The host's /etc/resolv.conf, undefined when it has none. */
  readonly hostFile: string | undefined
  /** Where systemd-resolved lists the servers that it asks itself, undefined without one. */
  readonly upstreamFile: string | undefined
}

/**
 * The text of /etc/resolv.conf.
 *
 * A name server on the host's loopback is none for a container with a loopback of its own: those
 * that systemd-resolved asks take its place, others are left out.
 *
 * @returns undefined where the container keeps the file of its image
 * @see resolv.conf(5), systemd-resolved.service(8)
 */
export function resolvFile({ dns, network, ...files }: ResolvRequest): string | undefined {
  if (dns.keep) return undefined
  const host = hostSettings(network, files)
  const own = network.nameservers
  const hosts = own.length === 0 || network.addsHostServers ? host.servers : []
  const all = [...new Set([...own, ...hosts])]
  const last = network.lastNameserver === undefined ? [] : [network.lastNameserver]
  const found = {
    search: dns.search ?? [...new Set([...network.search, ...host.search])],
    nameserver: dns.servers ?? (all.length > 0 ? all : last),
    options: dns.options ?? host.options,
  }
  const lines = [
    ...line('search', found.search),
    ...found.nameserver.map((server) => `nameserver ${server}\n`),
    ...line('options', found.options),
    ...line('sortlist', host.sortlist),
  ]
  return lines.length === 0 ? undefined : lines.join('')
}

/** Whether a resolv.conf names the stub of systemd-resolved. */
export const asksStub = (text: string): boolean => /^\s*nameserver\s+127\.0\.0\.5[34]\b/m.test(text)

const line = (keyword: string, words: readonly string[]) =>
  words.length === 0 ? [] : [`${keyword} ${words.join(' ')}\n`]

interface Settings {
  readonly servers: readonly string[]
  readonly search: readonly string[]
  readonly options: readonly string[]
  readonly sortlist: readonly string[]
}

function hostSettings(
  { sharesLoopback }: Pick<NetworkView, 'sharesLoopback'>,
  { hostFile = '', upstreamFile }: Pick<ResolvRequest, 'hostFile' | 'upstreamFile'>,
): Settings {
  const found = parse(hostFile)
  if (sharesLoopback) return found
  const reachable = (servers: readonly string[]) => servers.filter((one) => !isLoopback(one))
  const servers = reachable(found.servers)
  if (servers.length > 0 || upstreamFile === undefined || !asksStub(hostFile))
    return { ...found, servers }
  return { ...found, servers: reachable(parse(upstreamFile).servers) }
}

function parse(text: string): Settings {
  const settings = text.split('\n').map((one) => one.split(/\s+/).filter((word) => word !== ''))
  const rest = (keyword: string) =>
    settings.filter(([first]) => first === keyword).map(([, ...words]) => words)
  const isSearch = ([keyword]: readonly string[]) => keyword === 'search' || keyword === 'domain'
  return {
    servers: rest('nameserver').flatMap((words) => words.slice(0, 1)),
    search: settings.findLast(isSearch)?.slice(1) ?? [], // the last one counts
    options: rest('options').flat(),
    sortlist: rest('sortlist').flat(),
  }
}
