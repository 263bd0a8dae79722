// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from './container-options.ts'
import { networkChoice } from './network.ts'

/**
 * Options that contradict each other when one command says both; what `from` said may be put
 * aside by `run`.
 *
 * @throws TsbuildError USAGE
 */
export function checkNetworkOptions(given: ContainerOptions): void {
  const dns = [...(given.dns ?? []), ...(given.dnsSearch ?? []), ...(given.dnsOption ?? [])]
  if (dns.length > 0 && networkChoice(given.network ?? []).kind === 'none')
    throw new TsbuildError('USAGE', '--dns, --dns-search and --dns-option need a network', {
      hint: 'leave them out, or --network none',
    })
  if (given.noHosts && given.addHost !== undefined)
    throw new TsbuildError('USAGE', '--add-host adds to a file that --no-hosts leaves alone', {
      hint: 'leave out one of them',
    })
}
