// SPDX-License-Identifier: Apache-2.0
import { namespaceFailures } from './failure-namespaces.ts'
import type { FailureRow } from './failure-row.ts'
import { outerOptions, printOuter } from './outer-engine.ts'
import { volumeFailures } from './volume-failures.ts'

/** What the native side may report of an op or a message, in the user's words. */
export const failureTable: readonly FailureRow[] = [
  {
    where: ['map-ids'],
    as: 'NAMESPACE_UNAVAILABLE',
    message: 'write the id maps of the container',
    hint: 'compare /proc/self/uid_map and gid_map with what "tsbuild info" says',
  },
  {
    where: ['unshare', 'clone'],
    code: 'ENOSPC',
    as: 'NAMESPACE_UNAVAILABLE',
    message: 'make the namespaces of the container: too many of them exist',
    hint: 'end other containers, or raise the limits in /proc/sys/user/max_*_namespaces',
  },
  ...namespaceFailures,
  {
    where: ['rootfs-mount'],
    as: 'RUNTIME_FAILED',
    message: 'mount the root file system',
    hint: 'a store on another file system may help: --root DIRECTORY',
  },
  {
    where: ['unshare', 'clone'],
    code: 'EPERM',
    as: 'NAMESPACE_UNAVAILABLE',
    message: 'make the namespaces of the container: they are refused',
    hint: `inside a container: start that with ${printOuter([outerOptions.seccomp])}`,
  },
  ...['EACCES', 'EPERM', 'ENOSYS'].map((code) => ({
    where: ['propagation', 'rootfs-bind', 'mount', 'bind', 'pivot', 'readonly', 'mask'],
    code,
    as: 'RUNTIME_FAILED' as const,
    message: 'mount what the container needs',
    hint: `inside a container: start that with ${printOuter([
      code === 'EACCES' ? outerOptions.apparmor : outerOptions.seccomp,
    ])}`,
  })),
  {
    where: ['bounding', 'capabilities'],
    code: 'EPERM',
    as: 'RUNTIME_FAILED',
    message: 'give the program its capabilities',
    hint: 'inside a container: start that with --cap-add for each, or run with --cap-drop',
  },
  {
    where: ['bind-device'],
    as: 'RUNTIME_FAILED',
    message: 'give the container its devices',
    hint: 'the host lacks one in /dev: make it, or start the outer container with it',
  },
  {
    where: ['mknod'],
    code: 'EEXIST',
    as: 'RUNTIME_FAILED',
    message: 'give the container a device: something else has its path',
    hint: 'choose another path in the container: --device HOST-PATH:PATH',
  },
  {
    where: ['capabilities', 'ambient'],
    as: 'RUNTIME_FAILED',
    message: 'give the container its capabilities',
    hint: 'tsbuild lacks one itself: drop it with --cap-drop, or give it to the outer container',
  },
  {
    where: ['apparmor'],
    as: 'RUNTIME_FAILED',
    message: 'apply the AppArmor profile',
    hint: 'load it first (apparmor_parser); where tsbuild is confined, its profile must allow it',
  },
  {
    where: ['workdir'],
    as: 'RUNTIME_FAILED',
    message: 'make the working directory of the container',
    hint: 'something on the way to it is no directory: choose another with --workingdir',
  },
  {
    where: ['seccomp-agent'],
    as: 'RUNTIME_FAILED',
    message: 'hand the seccomp listener to its agent',
    hint: 'start the agent, so that it listens at the listenerPath of the seccomp profile',
  },
  {
    where: ['seccomp-notify'],
    code: 'EBUSY',
    as: 'RUNTIME_FAILED',
    message: 'load a seccomp filter with a listener: a filter around this one has one',
    hint: 'start the outer container without a seccomp agent, or this one with another profile',
  },
  ...volumeFailures,
  {
    where: ['init', 'guard'],
    as: 'RUNTIME_FAILED',
    message: 'set up the container: its first process or the guard of it was killed',
    hint: 'run it again; if it happens again, look for the killer in the kernel log (dmesg)',
  },
  {
    where: ['command'],
    as: 'RUNTIME_FAILED',
    message: 'start a command of the OCI runtime',
    hint: 'it must be a program of this machine, and the kernel give us a /proc of our own',
  },
  {
    where: ['console-socket'],
    code: 'ENAMETOOLONG',
    as: 'RUNTIME_FAILED',
    message: 'make a socket for the terminal: its path is too long',
    hint: 'give a shorter directory: --runroot DIRECTORY',
  },
  {
    where: ['console-socket'],
    as: 'RUNTIME_FAILED',
    message: 'get a terminal from the OCI runtime',
    hint: 'run without --tty, or leave out --runtime for our own engine',
  },
  {
    where: ['adopt'],
    as: 'RUNTIME_FAILED',
    message: 'take over the process that the OCI runtime made: it is gone, or not below us',
    hint: 'leave out --runtime for our own engine',
  },
  {
    where: ['after'],
    as: 'RUNTIME_FAILED',
    message: 'keep what is to run after the container: it is more than 64 programs or 4 MiB',
    hint: 'use fewer poststop hooks or networks',
  },
  {
    where: ['monitor'],
    as: 'RUNTIME_FAILED',
    message: 'run the container to its end: its monitor or guard was killed',
    hint: 'run it again; if it happens again, look for the killer in the kernel log (dmesg)',
  },
]
