// SPDX-License-Identifier: Apache-2.0
import type { HelperFailed } from '../../native-shim/container-monitor.ts'
import { TsbuildError } from '../lib/errors.ts'
import { outerOptions, printOuter } from './outer-engine.ts'

/** What pasta says where there is no syslog, and the list of its options behind a wrong one. */
const NOISE = /Failed to send \d+ bytes to syslog\n|\n(Failed[^\n]*\n)?Usage: .*/gs

/** What a helper of the network said before it was ready. */
export function networkFailure(error: HelperFailed): TsbuildError {
  const noTun = /\/dev\/net\/tun|open tun socket/.test(error.output)
  return new TsbuildError('NETWORK_FAILED', `cannot connect the network: ${error.helper} failed`, {
    cause: error.message.replace(NOISE, ''),
    hint: noTun
      ? 'make /dev/net/tun readable and writable (modprobe tun), inside a container start that ' +
        `with ${printOuter([outerOptions.tun])}, or run with --network host`
      : 'run with --network host or --network none to go without it',
  })
}
