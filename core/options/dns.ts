// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { isIp } from '../lib/ip.ts'
import type { ContainerOptions } from './container-options.ts'

/** What /etc/resolv.conf is to say; an undefined list is the host's. */
export interface DnsOptions {
  /** Undefined lists and `keep`: the container keeps the file of its image. */
  readonly keep: boolean
  readonly servers: readonly string[] | undefined
  /** Empty: none, not even the host's. */
  readonly search: readonly string[] | undefined
  readonly options: readonly string[] | undefined
}

/**
 * The options --dns, --dns-search and --dns-option.
 *
 * @throws TsbuildError USAGE
 * @see resolv.conf(5)
 */
export function dnsOptions({ dns, dnsSearch, dnsOption }: ContainerOptions): DnsOptions {
  const servers = dns?.map((server) => (isNone(server) ? 'none' : checkServer(server)))
  const keep = servers?.includes('none') ?? false
  if (keep && [...(dns ?? []), ...(dnsSearch ?? []), ...(dnsOption ?? [])].some(isNotNone))
    throw new TsbuildError('USAGE', '--dns none goes with no other option for /etc/resolv.conf', {
      hint: 'leave out --dns none, or the others: it keeps the file that the image has',
    })
  const search = dnsSearch?.map(checkDomain)
  return {
    keep,
    servers: keep ? undefined : servers,
    search: search?.includes('.') ? [] : search,
    options: dnsOption?.map(checkOption),
  }
}

const isNone = (server: string) => server.toLowerCase() === 'none'
const isNotNone = (word: string) => !isNone(word)

function checkServer(server: string): string {
  if (isIp(server)) return server
  throw new TsbuildError('USAGE', `ask the name server ${JSON.stringify(server)}: no IP address`, {
    hint: 'like --dns 192.0.2.53, or --dns none to keep the file of the image',
  })
}

function checkDomain(domain: string): string {
  if (domain === '.' || /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/.test(domain)) return domain
  throw new TsbuildError('USAGE', `search the domain ${JSON.stringify(domain)}: not a name`, {
    hint: 'like --dns-search example.org, or --dns-search . for none',
  })
}

function checkOption(option: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9:_-]*$/.test(option)) return option
  throw new TsbuildError('USAGE', `the resolver has no option ${JSON.stringify(option)}`, {
    hint: 'like --dns-option ndots:2; resolv.conf(5) lists them',
  })
}
