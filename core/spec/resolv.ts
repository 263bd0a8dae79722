// SPDX-License-Identifier: Apache-2.0
import type { NetworkMode } from './network-mode.ts'

export interface ResolvRequest {
  readonly network: NetworkMode
  /** The host's /etc/resolv.conf, undefined when it has none. */
  readonly hostFile: string | undefined
}

/** Where slirp4netns answers, and asks the host's resolver: reachable whatever address that has. */
const slirpNameserver = '10.0.2.3'

/**
 * The text of /etc/resolv.conf.
 *
 * @returns undefined where the container keeps the file of its image: there is no network, or the
 *   host has none either
 * @see resolv.conf(5), slirp4netns(1)
 */
export function resolvFile({ network, hostFile }: ResolvRequest): string | undefined {
  switch (network) {
    case 'none':
      return undefined
    case 'host':
      return hostFile
    case 'slirp4netns':
      return slirpFile(hostFile ?? '')
  }
}

function slirpFile(hostFile: string): string {
  const settings = hostFile.split('\n').map((line) => line.split(/\s+/).filter((w) => w !== ''))
  const isSearch = ([keyword]: readonly string[]) => keyword === 'search' || keyword === 'domain'
  const search = settings.findLast(isSearch)?.slice(1) ?? [] // the last one counts
  const options = settings.filter(([keyword]) => keyword === 'options').flatMap((o) => o.slice(1))
  const lines = [
    ['nameserver', slirpNameserver],
    ...(search.length > 0 ? [['search', ...search]] : []),
    ...(options.length > 0 ? [['options', ...options]] : []),
  ]
  return lines.map((words) => `${words.join(' ')}\n`).join('')
}
