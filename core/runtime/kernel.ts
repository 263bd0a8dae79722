// SPDX-License-Identifier: Apache-2.0

/** Numbers of the kernel's interface, the same on every architecture that we run on. */

/** clone(2), unshare(2). */
export const CLONE = {
  mount: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  user: 0x10000000,
  pid: 0x20000000,
  network: 0x40000000,
} as const

/** mount(2). */
export const MS = {
  rec: 1 << 14,
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const

/** mount_setattr(2). */
export const MOUNT_ATTR = {
  rdonly: 0x01,
  nosuid: 0x02,
  nodev: 0x04,
  noexec: 0x08,
  noatime: 0x10,
  strictatime: 0x20,
  nodiratime: 0x80,
  nosymfollow: 0x200000,
} as const

/** getrlimit(2): resource numbers on x86-64 and arm64. */
export const RLIMIT: Readonly<Record<string, number>> = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
}
