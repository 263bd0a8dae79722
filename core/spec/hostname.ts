// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** What sethostname(2) takes (HOST_NAME_MAX). */
const maxLength = 64

/**
 * A host name that is safe as a line of /etc/hostname and a word of /etc/hosts.
 *
 * @throws TsbuildError USAGE
 */
export function checkHostname(name: string): string {
  if (name.length <= maxLength && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(name)) {
    return name
  }
  throw new TsbuildError('USAGE', `set the host name ${JSON.stringify(name)}: not a valid name`, {
    hint: `use up to ${maxLength} letters, digits, "-" and "."; no "-" or "." at either end`,
  })
}

/** The text of /etc/hostname. */
export function hostnameFile(hostname: string): string {
  return `${hostname}\n`
}
