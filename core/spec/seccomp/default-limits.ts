// SPDX-License-Identifier: Apache-2.0
import type { CallGroup } from './default-calls.ts'
import type { SeccompArgument } from './types.ts'

/** Calls that only a container with one of `needs` may use. */
export interface PrivilegedGroup extends CallGroup {
  readonly needs: readonly `CAP_${string}`[]
  /** What others get; EPERM when absent. */
  readonly errnoRet?: number
}

/** What becomes of a call when its arguments meet one of `oneOf`. */
export interface ConditionalRule {
  readonly reason: string
  readonly call: string
  /** Each a list of conditions that hold together; an empty one always holds. */
  readonly oneOf: readonly (readonly SeccompArgument[])[]
  /** Refused with this; allowed when absent. */
  readonly errnoRet?: number
  /** Only for a container with one of these. */
  readonly needs?: readonly `CAP_${string}`[]
  /** Only for a container with none of these. */
  readonly unless?: readonly `CAP_${string}`[]
}

/**
 * Calls that do nothing without a capability, except in a user namespace that the caller makes
 * for itself: without these rules every bug behind them could be reached from any container.
 */
export const privileged: readonly PrivilegedGroup[] = [
  {
    reason: 'mounts',
    needs: ['CAP_SYS_ADMIN'],
    calls: `mount umount umount2 pivot_root mount_setattr move_mount open_tree open_tree_attr
      fsopen fsconfig fsmount fspick`,
  },
  {
    reason: 'namespaces: make, enter and list them',
    needs: ['CAP_SYS_ADMIN'],
    calls: 'unshare setns listns',
  },
  {
    reason:
      'flags of clone3 are in memory, where a filter cannot look for namespaces; C ' +
      'libraries take clone instead when they are told that there is no clone3, and only then',
    needs: ['CAP_SYS_ADMIN'],
    calls: 'clone3',
    errnoRet: 38, // ENOSYS
  },
  {
    reason: 'names of the host, quotas, and watches over whole file systems',
    needs: ['CAP_SYS_ADMIN'],
    calls: 'sethostname setdomainname quotactl quotactl_fd fanotify_init lookup_dcookie',
  },
  { reason: 'programs in the kernel', needs: ['CAP_SYS_ADMIN', 'CAP_BPF'], calls: 'bpf' },
  {
    reason: 'performance counters, which can see beyond the container',
    needs: ['CAP_SYS_ADMIN', 'CAP_PERFMON'],
    calls: 'perf_event_open',
  },
  { reason: 'the kernel log', needs: ['CAP_SYS_ADMIN', 'CAP_SYSLOG'], calls: 'syslog' },
  {
    reason: 'a handle opens files that no path of the container leads to',
    needs: ['CAP_DAC_READ_SEARCH'],
    calls: 'open_by_handle_at',
  },
  {
    reason: 'insight into other processes beyond what ptrace checks',
    needs: ['CAP_SYS_PTRACE'],
    calls: 'kcmp pidfd_getfd process_madvise',
  },
  {
    reason: 'placement of memory on nodes of the host',
    needs: ['CAP_SYS_NICE'],
    calls: 'mbind get_mempolicy set_mempolicy set_mempolicy_home_node',
  },
  {
    reason: 'the clock of the host',
    needs: ['CAP_SYS_TIME'],
    calls: 'settimeofday stime clock_settime clock_settime64',
  },
  { reason: 'another root directory', needs: ['CAP_SYS_CHROOT'], calls: 'chroot' },
  { reason: 'the end of the namespace, or host', needs: ['CAP_SYS_BOOT'], calls: 'reboot' },
  {
    reason: 'code for the kernel',
    needs: ['CAP_SYS_MODULE'],
    calls: 'init_module finit_module delete_module',
  },
  { reason: 'a log of all processes', needs: ['CAP_SYS_PACCT'], calls: 'acct' },
  { reason: 'ports of the hardware', needs: ['CAP_SYS_RAWIO'], calls: 'iopl ioperm' },
  { reason: 'hangs up a terminal', needs: ['CAP_SYS_TTY_CONFIG'], calls: 'vhangup' },
]

const is = (index: number, value: number): SeccompArgument => ({
  index,
  value,
  op: 'SCMP_CMP_EQ',
})
const isNot = (index: number, value: number): SeccompArgument => ({
  index,
  value,
  op: 'SCMP_CMP_NE',
})
/** Of the first argument, the bits in `mask` are as in `value`. */
const bits = (mask: number, value: number): SeccompArgument => ({
  index: 0,
  value: mask,
  valueTwo: value,
  op: 'SCMP_CMP_MASKED_EQ',
})

const netlink = bits(0x3f, 16) // AF_NETLINK
const audit = 9 // NETLINK_AUDIT

export const conditional: readonly ConditionalRule[] = [
  {
    reason: 'processes and threads, but no new namespaces: CLONE_NEW… of linux/sched.h',
    call: 'clone',
    unless: ['CAP_SYS_ADMIN'],
    oneOf: [[bits(0x7e02_0000, 0)]],
  },
  { reason: 'namespaces as well', call: 'clone', needs: ['CAP_SYS_ADMIN'], oneOf: [[]] },
  {
    reason:
      'Linux, 32-bit Linux, each also with UNAME26, and the question which one it is; others ' +
      'switch protections of memory off or wake up little-tested code',
    call: 'personality',
    oneOf: [[is(0, 0)], [is(0, 0x8)], [is(0, 0x2_0000)], [is(0, 0x2_0008)], [is(0, 0xffff_ffff)]],
  },
  {
    reason:
      'any family but AF_VSOCK (0b101000), which reaches the hypervisor past all network ' +
      'namespaces, and AF_NETLINK (0b010000), see below. The kernel takes the low half of the ' +
      'argument only, while NE looks at all of it and lets a family with a high bit set get by: ' +
      'so a low bit has to differ',
    call: 'socket',
    oneOf: [1, 2, 4]
      .map((bit) => [bits(bit, bit)])
      .concat([0, 8, 24, 32].map((family) => [bits(0x38, family)])),
  },
  { reason: 'netlink', call: 'socket', needs: ['CAP_AUDIT_WRITE'], oneOf: [[netlink]] },
  {
    reason: 'netlink but audit',
    call: 'socket',
    unless: ['CAP_AUDIT_WRITE'],
    oneOf: [[netlink, isNot(2, audit)]],
  },
  {
    reason:
      'tools such as su and useradd give up when they may not write to the audit log, but not ' +
      'when there is none: then socket says EINVAL',
    call: 'socket',
    unless: ['CAP_AUDIT_WRITE'],
    errnoRet: 22,
    oneOf: [[netlink, is(2, audit)]],
  },
]

/** Refused whatever the container may: named, so that they are not taken for new calls. */
export const refused: readonly CallGroup[] = [
  {
    reason: 'io_uring: much code, many holes, and what it does is hidden from filters',
    calls: 'io_uring_setup io_uring_enter io_uring_register',
  },
  { reason: 'keys belong to ids, not to namespaces', calls: 'add_key request_key keyctl' },
  { reason: 'stops the kernel where an attacker wants it', calls: 'userfaultfd' },
  { reason: 'another kernel', calls: 'kexec_load kexec_file_load' },
  { reason: 'memory of the host as a whole', calls: 'swapon swapoff' },
  { reason: 'moves memory of others between nodes', calls: 'migrate_pages move_pages' },
  { reason: 'hardware of the host', calls: 'pciconfig_iobase pciconfig_read pciconfig_write' },
  { reason: '16-bit and 26-bit modes of the processor', calls: 'vm86 vm86old usr26 usr32' },
  {
    reason: 'replaced decades ago, or known by name only',
    calls: `_sysctl afs_syscall bdflush break create_module ftime get_kernel_syms getpmsg gtty
      idle lock mpx nfsservctl oldfstat oldlstat oldolduname oldstat olduname prof profil putpmsg
      query_module security sgetmask ssetmask stty sysfs tuxcall ulimit uselib ustat vserver`,
  },
]
