// SPDX-License-Identifier: Apache-2.0
import type { HelperRequest } from '../../native-shim/container-monitor.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { findProgram } from '../lib/exec.ts'
import { addressAt, type Ipv4Network } from '../lib/ip.ts'
import type { SlirpNetwork } from '../spec/network.ts'

export interface SlirpRequest {
  readonly network: SlirpNetwork
  /** Init of the container, as the host numbers it. */
  readonly pid: number
  /** Whether the network namespace belongs to a user namespace of the container's own. */
  readonly userNamespace: boolean
  /** Its mount sandbox and seccomp filter; without them only where they are refused. */
  readonly confined: boolean
}

/**
 * slirp4netns for one container: a tap device in its network namespace.
 *
 * @throws TsbuildError NETWORK_FAILED when it is not installed
 * @see slirp4netns(1)
 */
export function slirpHelper({ env }: Pick<Context, 'env'>, request: SlirpRequest): HelperRequest {
  const program = request.network.program ?? findProgram('slirp4netns', env['PATH'])
  if (program === undefined)
    throw new TsbuildError('NETWORK_FAILED', 'cannot start slirp4netns: not found in PATH', {
      hint: 'install the package slirp4netns, or run with --network none or --network host',
    })
  const { network, pid, userNamespace, confined } = request
  return {
    name: 'slirp4netns',
    argv: [
      program,
      '--configure',
      ...networkFlags(network),
      ...(confined ? ['--enable-sandbox', '--enable-seccomp'] : []),
      '--ready-fd=3',
      '--netns-type=path',
      ...(userNamespace ? [`--userns-path=/proc/${pid}/ns/user`] : []),
      `/proc/${pid}/ns/net`,
      'tap0',
    ],
    userns: '',
    input: '/dev/null',
    readyFd: 3,
    env: [`PATH=${env['PATH'] ?? ''}`, 'LC_ALL=C'],
    endedNotice:
      'tsbuild: slirp4netns ended: the container goes on without its network\n' +
      '  hint: if nobody killed it, run again with --network host to go without it',
  }
}

function networkFlags(network: SlirpNetwork): string[] {
  const { cidr, mtu, hostLoopback, ipv6, outboundAddress, outboundAddress6 } = network
  return [
    `--mtu=${mtu}`,
    `--cidr=${addressAt(cidr, 0)}/${cidr.prefixLength}`,
    ...(hostLoopback ? [] : ['--disable-host-loopback']),
    ...(ipv6 ? ['--enable-ipv6'] : []),
    ...(outboundAddress === undefined ? [] : [`--outbound-addr=${outboundAddress}`]),
    ...(outboundAddress6 === undefined ? [] : [`--outbound-addr6=${outboundAddress6}`]),
  ]
}

/** The addresses that slirp4netns takes in its network; slirp4netns(1), "Filtering connections". */
export const slirpAddresses = (cidr: Ipv4Network) => ({
  own: addressAt(cidr, 100),
  gateway: addressAt(cidr, 2),
  nameserver: addressAt(cidr, 3),
})
