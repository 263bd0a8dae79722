// SPDX-License-Identifier: Apache-2.0
import type { Op } from '../../native-shim/ops.ts'

/** stat(2): a character device. */
const S_IFCHR = 0o020000

/** @see OCI runtime-spec, config-linux.md, "Default Devices" */
export const defaultDevices = [
  { path: '/dev/null', major: 1, minor: 3 },
  { path: '/dev/zero', major: 1, minor: 5 },
  { path: '/dev/full', major: 1, minor: 7 },
  { path: '/dev/random', major: 1, minor: 8 },
  { path: '/dev/urandom', major: 1, minor: 9 },
  { path: '/dev/tty', major: 5, minor: 0 },
] as const

/** The links that every container has in /dev: where they lead, where they lie. */
export const defaultLinks = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
  ['/proc/kcore', '/dev/core'],
  ['pts/ptmx', '/dev/ptmx'],
] as const

/**
 * The nodes and links of /dev.
 *
 * @param options.mayMakeNodes only the host's root may; everybody else gets the host's bound
 */
export function deviceOps({ mayMakeNodes }: { readonly mayMakeNodes: boolean }): Op[] {
  const nodes = defaultDevices.map(({ path, major, minor }): Op => {
    if (!mayMakeNodes) return boundNode({ path, major, minor })
    return ['mknod', path, S_IFCHR, 0o666, major, minor, 0, 0]
  })
  const links = defaultLinks.map(([target, path]): Op => ['symlink', target, path])
  return [...nodes, ...links]
}

/** The host's node of the same path and number. */
export const boundNode = (node: { path: string; major: number; minor: number }): Op => [
  'bind-device',
  node.path,
  node.path,
  S_IFCHR,
  node.major,
  node.minor,
]
