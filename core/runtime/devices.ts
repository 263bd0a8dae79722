// SPDX-License-Identifier: Apache-2.0
import type { Op } from '../../native-shim/ops.ts'
import type { LinuxDevice } from '../spec/schema.ts'

/** The type of a node, stat(2); `u` is a character device without a buffer, which all are. */
const S_IFMT = { b: 0o060000, c: 0o020000, u: 0o020000, p: 0o010000 } as const
const S_IFCHR = S_IFMT.c

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

/** A device of the spec. */
export function deviceOp(device: LinuxDevice, { mayMakeNodes }: { mayMakeNodes: boolean }): Op {
  const { type, path, fileMode = 0o666, uid = 0, gid = 0 } = device
  const [major, minor] = [Number(device.major ?? 0), Number(device.minor ?? 0)]
  if (!mayMakeNodes && type !== 'p') return boundNode({ path, major, minor }, S_IFMT[type])
  return ['mknod', path, S_IFMT[type], fileMode & 0o7777, major, minor, uid, gid]
}

/** The host's node of the same path and number. */
export const boundNode = (
  node: { path: string; major: number; minor: number },
  type: number = S_IFCHR,
): Op => ['bind-device', node.path, node.path, type, node.major, node.minor]
