/* SPDX-License-Identifier: Apache-2.0 */
/* System calls without a wrapper in every libc that we build with (glibc before 2.36, musl). */
#ifndef TSBUILD_SYS_H
#define TSBUILD_SYS_H

#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* linux/mount.h cannot be included beside sys/mount.h, so the few values live here. */
struct sys_mount_attr {
  uint64_t attr_set;
  uint64_t attr_clr;
  uint64_t propagation;
  uint64_t userns_fd;
};

enum {
  SYS_OPEN_TREE_CLONE = 1,
  SYS_OPEN_TREE_CLOEXEC = O_CLOEXEC,
  SYS_AT_RECURSIVE = 0x8000,
  SYS_MOVE_F_EMPTY_PATH = 0x00000004,
  SYS_MOVE_T_EMPTY_PATH = 0x00000040,
  SYS_FSOPEN_CLOEXEC = 1,
  SYS_FSMOUNT_CLOEXEC = 1,
  SYS_FSCONFIG_SET_FLAG = 0,
  SYS_FSCONFIG_SET_STRING = 1,
  SYS_FSCONFIG_CMD_CREATE = 6,
  SYS_ATTR_RDONLY = 0x00000001,
  SYS_ATTR_IDMAP = 0x00100000,
};

static inline int sys_openat2(int dir, const char *path, struct open_how *how) {
  return (int)syscall(SYS_openat2, dir, path, how, sizeof *how);
}

static inline int sys_open_tree(int dir, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dir, path, flags);
}

static inline int sys_move_mount(int from, const char *from_path, int to, const char *to_path,
                                 unsigned flags) {
  return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

static inline int sys_mount_setattr(int dir, const char *path, unsigned flags,
                                    struct sys_mount_attr *attr) {
  return (int)syscall(SYS_mount_setattr, dir, path, flags, attr, sizeof *attr);
}

static inline int sys_fsopen(const char *type) {
  return (int)syscall(SYS_fsopen, type, SYS_FSOPEN_CLOEXEC);
}

static inline int sys_fsconfig(int fs, unsigned command, const char *key, const char *value) {
  return (int)syscall(SYS_fsconfig, fs, command, key, value, 0);
}

static inline int sys_fsmount(int fs, unsigned attr) {
  return (int)syscall(SYS_fsmount, fs, SYS_FSMOUNT_CLOEXEC, attr);
}

static inline int sys_pivot_root(const char *new_root, const char *put_old) {
  return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int sys_pidfd_send_signal(int pidfd, int signo) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0);
}

/* clone(2) used like fork(2): the third argument receives the pidfd on x86-64 and arm64 alike. */
static inline pid_t sys_clone(unsigned long flags, int *pidfd) {
  return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, pidfd, 0, 0);
}

/* Of the monotonic clock. */
static inline long long sys_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static inline int sys_memfd_create(const char *name, unsigned flags) {
  return (int)syscall(SYS_memfd_create, name, flags);
}

#endif
