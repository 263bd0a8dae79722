// SPDX-License-Identifier: Apache-2.0

const join = { where: ['join'], as: 'NAMESPACE_UNAVAILABLE' } as const
const notOurs = 'run both in one "tsbuild unshare", or as root'

/** Words for what goes wrong with ids, and with namespaces that exist. */
export const namespaceFailures = [
  {
    where: ['map-ids'],
    as: 'NAMESPACE_UNAVAILABLE',
    message: 'write the id maps of the container',
    hint: 'compare /proc/self/uid_map and gid_map with what "tsbuild info" says',
  },
  {
    ...join,
    code: 'EPERM',
    message: 'join the namespace: it belongs to another user namespace',
    hint: notOurs,
  },
  {
    ...join,
    code: 'EACCES',
    message: 'join the namespace: it belongs to another user, or another user namespace',
    hint: notOurs,
  },
  {
    ...join,
    code: 'ENOENT',
    message: 'join the namespace: it does not exist',
    hint: 'a path like /proc/PID/ns/net is there as long as the process is',
  },
  {
    ...join,
    code: 'EINVAL',
    message: 'join the namespace: it is none of that type, or not below ours',
    hint: 'give a path like /proc/PID/ns/TYPE; a pid namespace must lie below the one we are in',
  },
  { ...join, message: 'join the namespace', hint: 'look at the path that is named' },
  {
    where: ['rootfs-mapped'],
    as: 'RUNTIME_FAILED',
    message: 'show the root file system with the ids of the container',
    hint: 'Linux 5.19 and a file system that knows id-mapped mounts can: --root DIRECTORY',
  },
] as const
