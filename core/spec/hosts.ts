// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { type AddedHost, HOST_GATEWAY, isHostName } from '../options/hosts.ts'

export interface HostsRequest {
  /** Text of the hosts file to start from, normally the host's; empty for none. */
  readonly base: string
  readonly added: readonly AddedHost[]
  readonly hostname: string
  readonly containerName: string
  /** Of the container; empty where none is known. */
  readonly ownAddresses: readonly string[]
  /** Where the container reaches the host; undefined where it does not. */
  readonly hostAddress: string | undefined
}

interface Entry {
  readonly address: string
  readonly names: readonly string[]
}

/** The names by which containers of podman and of docker find the machine they run on. */
const hostNames = ['host.containers.internal', 'host.docker.internal']

/**
 * The text of /etc/hosts: what was added, for the first entry of a name counts; the base's; then
 * localhost, the host and the container itself, each only for names that are not there yet.
 *
 * @throws TsbuildError USAGE for `host-gateway` where the host cannot be reached
 * @see hosts(5)
 */
export function hostsFile(request: HostsRequest): string {
  const given = [...request.added.map((entry) => located(entry, request)), ...parse(request.base)]
  const taken = new Set(given.flatMap(({ names }) => names))
  const own = [
    { address: '127.0.0.1', names: ['localhost'] },
    { address: '::1', names: ['localhost'] },
    ...hostEntries(request),
    ...ownEntries(request),
  ].map(({ address, names }) => ({ address, names: names.filter((name) => !taken.has(name)) }))
  return [...given, ...own]
    .filter(({ names }) => names.length > 0)
    .map(({ address, names }) => `${address}\t${names.join(' ')}\n`)
    .join('')
}

function located({ address, names }: AddedHost, { hostAddress }: HostsRequest): Entry {
  if (address !== HOST_GATEWAY) return { address, names }
  if (hostAddress !== undefined) return { address: hostAddress, names }
  const message = `add the host "${names.join(';')}:${HOST_GATEWAY}": no way leads to the host`
  throw new TsbuildError('USAGE', message, {
    hint: 'give its address, or use --network slirp4netns:allow_host_loopback=true',
  })
}

function parse(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const content = line.split('#', 1)[0] ?? ''
    const [address, ...names] = content.split(/\s+/).filter((word) => word !== '')
    return address === undefined || names.length === 0 ? [] : [{ address, names }]
  })
}

const hostEntries = ({ hostAddress }: HostsRequest): readonly Entry[] =>
  hostAddress === undefined ? [] : [{ address: hostAddress, names: hostNames }]

// Without an address of its own the container gets the one Debian uses for that: 127.0.0.1 is
// localhost's. Its name may hold what a host name may not: then it is left out.
function ownEntries({ hostname, containerName, ownAddresses }: HostsRequest): readonly Entry[] {
  const addresses = ownAddresses.length === 0 ? ['127.0.1.1'] : ownAddresses
  const names = [...new Set([hostname, containerName])].filter(isHostName)
  return addresses.map((address) => ({ address, names }))
}
