// SPDX-License-Identifier: Apache-2.0
import type { HelperRequest } from '../../native-shim/container-monitor.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { findProgram } from '../lib/exec.ts'

export interface SlirpRequest {
  /** Init of the container, as the host numbers it. */
  readonly pid: number
  /** Whether the network namespace belongs to a user namespace of the container's own. */
  readonly userNamespace: boolean
  /** Its mount sandbox and seccomp filter; without them only where they are refused. */
  readonly confined: boolean
}

/**
 * slirp4netns for one container: a tap device in its network namespace. The host's loopback is
 * out of reach; the MTU is the largest it takes, which is what makes it fast.
 *
 * @throws TsbuildError NETWORK_FAILED when it is not installed
 * @see slirp4netns(1)
 */
export function slirpHelper(context: Context, request: SlirpRequest): HelperRequest {
  const program = findProgram('slirp4netns', context.env['PATH'])
  if (program === undefined)
    throw new TsbuildError('NETWORK_FAILED', 'cannot start slirp4netns: not found in PATH', {
      hint: 'install the package slirp4netns, or run with --network none or --network host',
    })
  const { pid, userNamespace, confined } = request
  return {
    name: 'slirp4netns',
    argv: [
      program,
      '--configure',
      '--mtu=65520',
      '--disable-host-loopback',
      ...(confined ? ['--enable-sandbox', '--enable-seccomp'] : []),
      '--ready-fd=3',
      '--netns-type=path',
      ...(userNamespace ? [`--userns-path=/proc/${pid}/ns/user`] : []),
      `/proc/${pid}/ns/net`,
      'tap0',
    ],
    env: [`PATH=${context.env['PATH'] ?? ''}`, 'LC_ALL=C'],
    endedNotice:
      'tsbuild: slirp4netns ended: the container goes on without its network\n' +
      '  hint: if nobody killed it, run again with --network host to go without it',
  }
}
