// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { isIp } from '../lib/ip.ts'

/** A line for /etc/hosts. */
export interface AddedHost {
  readonly names: readonly string[]
  /** An IP address, or `host-gateway` for that of the host. */
  readonly address: string
}

/**
 * An --add-host option: NAME:ADDRESS, with several names as A;B:ADDRESS.
 *
 * @throws TsbuildError USAGE
 */
export function addedHost(word: string): AddedHost {
  const colon = word.indexOf(':')
  const names = word.slice(0, Math.max(colon, 0)).split(';')
  const address = word.slice(colon + 1).replace(/^\[(.*)\]$/, '$1')
  if (names.every(isHostName) && (isIp(address) || address === HOST_GATEWAY))
    return { names, address }
  throw new TsbuildError('USAGE', `add the host ${JSON.stringify(word)}: not NAME:ADDRESS`, {
    hint: 'like box:192.0.2.7, box;other:2001:db8::7 or box:host-gateway',
  })
}

/** Stands for the address of the host. */
export const HOST_GATEWAY = 'host-gateway'

/** Whether a text may be a name in /etc/hosts: it is one word, and no comment. */
export const isHostName = (name: string): boolean => /^[A-Za-z0-9_.-]+$/.test(name)
