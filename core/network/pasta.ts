// SPDX-License-Identifier: Apache-2.0
import type { HelperRequest } from '../../native-shim/container-monitor.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { findProgram } from '../lib/exec.ts'
import type { PastaNetwork } from '../spec/network.ts'

export interface PastaRequest {
  readonly network: PastaNetwork
  /** Init of the container, as the host numbers it. */
  readonly pid: number
  /** Whether the network namespace belongs to a user namespace of the container's own. */
  readonly userNamespace: boolean
}

/** Where pasta answers name queries and asks the host's resolver: link-local, so nobody's. */
export const pastaNameserver = '169.254.1.1'

/**
 * pasta for one container: a tap device in its network namespace, with address and routes of the
 * host, and no port forwarded in either direction.
 *
 * It gives up the right to follow /proc/PID/ns before it needs it, and newer versions close every
 * descriptor but 0 to 2. So it starts in the user namespace, has the network namespace as its
 * stdin, and stdout takes the pid file, which it writes when the network is configured.
 *
 * @throws TsbuildError NETWORK_FAILED when it is not installed
 * @see pasta(1)
 */
export function pastaHelper({ env }: Pick<Context, 'env'>, request: PastaRequest): HelperRequest {
  const program = findProgram('pasta', env['PATH'])
  if (program === undefined)
    throw new TsbuildError('NETWORK_FAILED', 'cannot start pasta: not found in PATH', {
      hint: 'install the package passt, or run with --network none or --network host',
    })
  const { network, pid, userNamespace } = request
  return {
    name: 'pasta',
    argv: [
      program,
      ...['--foreground', '--quiet', '--config-net', '--no-netns-quit'],
      ...defaultFlags(network),
      ...network.args,
      ...['--pid', '/proc/self/fd/1', '--netns', '/proc/self/fd/0'],
      ...(userNamespace ? [] : ['--runas', '0:0']), // or it becomes nobody before it goes in
    ],
    userns: userNamespace ? `/proc/${pid}/ns/user` : '',
    input: `/proc/${pid}/ns/net`,
    readyFd: 1,
    env: [`PATH=${env['PATH'] ?? ''}`, 'LC_ALL=C'],
    endedNotice:
      'tsbuild: pasta ended: the container goes on without its network\n' +
      '  hint: if nobody killed it, run again with --network host to go without it',
  }
}

/** Each where the user says nothing about it: pasta takes none of them twice. */
function defaultFlags({ args, mapsGateway }: PastaNetwork): readonly string[] {
  const says = (...flags: readonly string[]) =>
    args.some((arg) => flags.some((flag) => arg === flag || arg.startsWith(`${flag}=`)))
  return [
    ...(mapsGateway || says('--no-map-gw') ? [] : ['--no-map-gw']),
    ...(says('-t', '--tcp-ports') ? [] : ['-t', 'none']),
    ...(says('-u', '--udp-ports') ? [] : ['-u', 'none']),
    ...(says('-T', '--tcp-ns') ? [] : ['-T', 'none']),
    ...(says('-U', '--udp-ns') ? [] : ['-U', 'none']),
    ...(says('--dns-forward') ? [] : ['--dns-forward', pastaNameserver]),
  ]
}
