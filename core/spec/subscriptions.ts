// SPDX-License-Identifier: Apache-2.0

/** A file or directory of the host whose content the container gets. */
export interface Subscription {
  readonly source: string
  readonly destination: string
}

/**
 * The lines of a mounts.conf: HOST:CONTAINER, or one path for both. What does not begin with a
 * slash is no line of it.
 *
 * @see containers-mounts.conf(5)
 */
export function parseSubscriptions(text: string): Subscription[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('/'))
    .map((line) => {
      const at = line.indexOf(':')
      return at === -1
        ? { source: line, destination: line }
        : { source: line.slice(0, at), destination: line.slice(at + 1) }
    })
}

export interface SubscriptionPlaces {
  readonly home: string | undefined
  readonly isHostRoot: boolean
}

/** Where the file may be; the first that is there counts. */
export const subscriptionFiles = ({ home, isHostRoot }: SubscriptionPlaces): string[] => [
  ...(isHostRoot || home === undefined ? [] : [`${home}/.config/containers/mounts.conf`]),
  '/etc/containers/mounts.conf',
  '/usr/share/containers/mounts.conf',
]
