// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from './container-options.ts'
import { dnsOptions } from './dns.ts'
import { addedHost } from './hosts.ts'
import { networkChoice } from './network.ts'

/**
 * Options of one command: what makes no sense, and what contradicts itself. What `from` said may
 * be put aside by `run`.
 *
 * @throws TsbuildError USAGE
 */
export function checkNetworkOptions(given: ContainerOptions): void {
  const network = networkChoice(given.network ?? [])
  given.addHost?.forEach(addedHost)
  dnsOptions(given)
  const dns = [...(given.dns ?? []), ...(given.dnsSearch ?? []), ...(given.dnsOption ?? [])]
  if (dns.length > 0 && network.kind === 'none')
    throw new TsbuildError('USAGE', '--dns, --dns-search and --dns-option need a network', {
      hint: 'leave them out, or --network none',
    })
  if (given.noHosts && given.addHost !== undefined)
    throw new TsbuildError('USAGE', '--add-host adds to a file that --no-hosts leaves alone', {
      hint: 'leave out one of them',
    })
}
