// SPDX-License-Identifier: Apache-2.0
import type { NetworkMode } from './network-mode.ts'

export interface HostsRequest {
  /** Text of the hosts file to start from, normally the host's; empty for none. */
  readonly base: string
  readonly hostname: string
  readonly containerName: string
  readonly network: NetworkMode
  /** The host's first address that is not a loopback one, undefined when it has none. */
  readonly hostAddress: string | undefined
}

interface Entry {
  readonly address: string
  readonly names: readonly string[]
}

/** The names by which containers of podman and of docker find the machine they run on. */
const hostNames = ['host.containers.internal', 'host.docker.internal']

/**
 * The text of /etc/hosts: the base's entries first, then localhost, the host and the container
 * itself, each only for names that the base does not know.
 *
 * @see hosts(5)
 */
export function hostsFile(request: HostsRequest): string {
  const base = parseHosts(request.base)
  const taken = new Set(base.flatMap(({ names }) => names))
  const own = [
    { address: '127.0.0.1', names: ['localhost'] },
    { address: '::1', names: ['localhost'] },
    ...hostEntries(request),
    ownEntry(request),
  ].map(({ address, names }) => ({ address, names: names.filter((name) => !taken.has(name)) }))
  return [...base, ...own]
    .filter(({ names }) => names.length > 0)
    .map(({ address, names }) => `${address}\t${names.join(' ')}\n`)
    .join('')
}

function parseHosts(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const content = line.split('#', 1)[0] ?? ''
    const [address, ...names] = content.split(/\s+/).filter((word) => word !== '')
    return address === undefined || names.length === 0 ? [] : [{ address, names }]
  })
}

// slirp4netns would show the host's loopback as 10.0.2.2, but that is switched off: services
// that listen on 127.0.0.1 alone are not meant for a container. What remains reachable is an
// address the host has towards others, and that is the one podman writes, too.
function hostEntries({ network, hostAddress }: HostsRequest): readonly Entry[] {
  switch (network) {
    case 'none':
      return []
    case 'host':
      return [{ address: '127.0.0.1', names: hostNames }]
    case 'slirp4netns':
      return hostAddress === undefined ? [] : [{ address: hostAddress, names: hostNames }]
  }
}

// 10.0.2.100 is the address slirp4netns --configure gives to the container's tap0. Without an
// address of its own the container gets the one Debian uses for that: 127.0.0.1 is localhost's.
function ownEntry({ hostname, containerName, network }: HostsRequest): Entry {
  const address = network === 'slirp4netns' ? '10.0.2.100' : '127.0.1.1'
  return { address, names: [...new Set([hostname, containerName])].filter(isName) }
}

/** A container's name may hold what a host name may not: then it is left out. */
const isName = (name: string) => /^[A-Za-z0-9_.-]+$/.test(name)
