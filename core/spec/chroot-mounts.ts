// SPDX-License-Identifier: Apache-2.0
import type { Mount } from './schema.ts'

/**
 * The mounts of a container that shares all but its mounts with the host: what it would mount anew
 * at /dev, /proc and /sys gives way to the host's own, as in buildah. Only terminals are its own,
 * for the host's let nobody open a new one.
 *
 * @param mounts those of a container of full isolation
 */
export function chrootMounts(mounts: readonly Mount[]): Mount[] {
  const terminals = mounts.filter(({ type }) => type === 'devpts')
  return [...hostTrees, ...terminals, ...mounts.filter((mount) => !isReplaced(mount))]
}

const hostTrees: readonly Mount[] = [
  tree('/dev', ['nosuid', 'noexec', 'ro']),
  tree('/proc', []),
  tree('/sys', ['nosuid', 'noexec', 'nodev', 'ro']),
]

function tree(path: string, options: readonly string[]): Mount {
  return { destination: path, type: 'bind', source: path, options: ['rbind', ...options, 'rslave'] }
}

const replaced = ['/dev', '/dev/pts', '/dev/shm', '/dev/mqueue', '/proc', '/sys']
const kinds = ['tmpfs', 'devpts', 'mqueue', 'proc', 'sysfs']

const isReplaced = ({ destination, type = '', source }: Mount): boolean =>
  replaced.includes(destination) && (kinds.includes(type) || source === destination)
