/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to the process: namespaces, ids, capabilities, limits. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "ops.h"
#include "path.h"
#include "sys.h"

/* unshare FLAGS: CLONE_NEW* bits, unshare(2); all of them owned by our user namespace. */
int op_unshare(struct ctx *ctx, const struct field arg[]) {
  return unshare((int)field_number(arg[0])) < 0 ? failed(ctx, arg[0].data) : 0;
}

int op_hostname(struct ctx *ctx, const struct field arg[]) {
  return sethostname(arg[0].data, arg[0].len) < 0 ? failed(ctx, arg[0].data) : 0;
}

int op_domainname(struct ctx *ctx, const struct field arg[]) {
  return setdomainname(arg[0].data, arg[0].len) < 0 ? failed(ctx, arg[0].data) : 0;
}

/* link-up NAME: netdevice(7), SIOCSIFFLAGS. */
int op_link_up(struct ctx *ctx, const struct field arg[]) {
  struct ifreq request = { 0 };
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", arg[0].data);
  autofd sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (sock < 0 || ioctl(sock, SIOCGIFFLAGS, &request) < 0)
    return failed(ctx, arg[0].data);
  request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
  return ioctl(sock, SIOCSIFFLAGS, &request) < 0 ? failed(ctx, arg[0].data) : 0;
}

/* groups LIST: the supplementary groups, decimal, packed; setgroups(2). */
int op_groups(struct ctx *ctx, const struct field arg[]) {
  gid_t gids[1024];
  size_t count = 0;
  autofree char **list = list_vector(arg[0]);
  for (; list[count] != NULL; count++) {
    if (count == sizeof gids / sizeof *gids) {
      errno = EINVAL;
      return failed(ctx, "too many groups");
    }
    gids[count] = (gid_t)field_number((struct field){ list[count], (uint32_t)strlen(list[count]) });
  }
  return setgroups(count, gids) < 0 ? failed(ctx, "setgroups") : 0;
}

/* setid UID GID: real, effective and saved, the group first. */
int op_setid(struct ctx *ctx, const struct field arg[]) {
  const uid_t uid = (uid_t)field_number(arg[0]);
  const gid_t gid = (gid_t)field_number(arg[1]);
  if (setresgid(gid, gid, gid) < 0)
    return failed(ctx, arg[1].data);
  return setresuid(uid, uid, uid) < 0 ? failed(ctx, arg[0].data) : 0;
}

/* bounding MASK: drops every capability of this kernel that is not in MASK. */
int op_bounding(struct ctx *ctx, const struct field arg[]) {
  const unsigned long long keep = field_unsigned(arg[0]);
  for (int cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
    if ((keep >> cap & 1) == 0 && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
      return failed(ctx, "bounding set");
  return 0;
}

/* keep-caps: the permitted set survives the setid that follows; capabilities(7). */
int op_keep_caps(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ? failed(ctx, "keep-caps") : 0;
}

/* capabilities EFFECTIVE PERMITTED INHERITABLE: masks; capset(2). */
int op_capabilities(struct ctx *ctx, const struct field arg[]) {
  unsigned long long mask[3];
  for (int i = 0; i < 3; i++)
    mask[i] = field_unsigned(arg[i]);
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2];
  for (int i = 0; i < 2; i++) {
    data[i].effective = (uint32_t)(mask[0] >> 32 * i);
    data[i].permitted = (uint32_t)(mask[1] >> 32 * i);
    data[i].inheritable = (uint32_t)(mask[2] >> 32 * i);
  }
  return syscall(SYS_capset, &header, data) < 0 ? failed(ctx, "capset") : 0;
}

/* ambient MASK: exactly these; each must be permitted and inheritable. */
int op_ambient(struct ctx *ctx, const struct field arg[]) {
  const unsigned long long raise = field_unsigned(arg[0]);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
    return failed(ctx, "ambient set");
  for (int cap = 0; cap < 64; cap++)
    if ((raise >> cap & 1) != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
      return failed(ctx, "ambient set");
  return 0;
}

enum { PROC_MAGIC = 0x9fa0, PROC_ROOT_INO = 1 };

/* A file below /proc/thread-self, which must be the kernel's own and not covered (CVE-2019-16884).
 */
static int open_thread_attribute(struct ctx *ctx, const char *name) {
  autofd proc = open_in_root(ctx->root_fd, "/proc", O_PATH | O_DIRECTORY);
  struct statfs fs;
  struct stat st;
  if (proc < 0 || fstatfs(proc, &fs) < 0 || fstat(proc, &st) < 0)
    return -1;
  if (fs.f_type != PROC_MAGIC || st.st_ino != PROC_ROOT_INO) {
    errno = ENODEV;
    return -1;
  }
  struct open_how how = {
    .flags = O_WRONLY | O_CLOEXEC,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
  };
  return sys_openat2(proc, name, &how);
}

/*
 * apparmor PROFILE: from the next exec on; aa_change_onexec(2). Before Linux 5.8 the file was all
 * modules' own.
 */
int op_apparmor(struct ctx *ctx, const struct field arg[]) {
  char text[512];
  const int len = snprintf(text, sizeof text, "exec %s", arg[0].data);
  if ((size_t)len >= sizeof text) {
    errno = ENAMETOOLONG;
    return failed(ctx, "profile");
  }
  autofd file = open_thread_attribute(ctx, "thread-self/attr/apparmor/exec");
  if (file < 0 && errno == ENOENT)
    file = open_thread_attribute(ctx, "thread-self/attr/exec");
  if (file < 0)
    return failed(ctx, arg[0].data);
  return write(file, text, (size_t)len) < 0 ? failed(ctx, arg[0].data) : 0;
}

int op_no_new_privs(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? failed(ctx, "no-new-privs") : 0;
}

/* rlimit RESOURCE SOFT HARD: numbers as in setrlimit(2), "unlimited" is 2^64-1. */
int op_rlimit(struct ctx *ctx, const struct field arg[]) {
  const struct rlimit limit = {
    .rlim_cur = field_unsigned(arg[1]),
    .rlim_max = field_unsigned(arg[2]),
  };
  if (syscall(SYS_prlimit64, 0, (int)field_number(arg[0]), &limit, NULL) < 0)
    return failed(ctx, arg[0].data);
  return 0;
}

int op_umask(struct ctx *ctx, const struct field arg[]) {
  (void)ctx;
  umask((mode_t)field_number(arg[0]));
  return 0;
}

/*
 * death-signal SIGNO: what we get when the guard dies, prctl(2) PR_SET_PDEATHSIG. After the last
 * change of ids, which clears it.
 */
int op_death_signal(struct ctx *ctx, const struct field arg[]) {
  if (prctl(PR_SET_PDEATHSIG, field_unsigned(arg[0]), 0, 0, 0) < 0)
    return failed(ctx, arg[0].data);
  return 0;
}

/* session: the host's terminal is out of reach from here on. */
int op_session(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  return setsid() < 0 ? failed(ctx, "setsid") : 0;
}

/* keyring NAME: a session keyring of our own; a kernel or sandbox without them is no error. */
int op_keyring(struct ctx *ctx, const struct field arg[]) {
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, arg[0].data) < 0 && errno != ENOSYS &&
      errno != EPERM)
    return failed(ctx, "session keyring");
  return 0;
}

/* own-stdio UID GID: pipes of ours can then be opened again as /dev/stdout by that user. */
int op_own_stdio(struct ctx *ctx, const struct field arg[]) {
  for (int fd = 0; fd <= 2; fd++) {
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
      continue;
    const uid_t uid = (uid_t)field_number(arg[0]);
    const gid_t gid = (gid_t)field_number(arg[1]);
    /* EPERM, EINVAL: a pipe of somebody whose id is not mapped here stays theirs. */
    if (fchown(fd, uid, gid) < 0 && errno != EPERM && errno != EINVAL)
      return failed(ctx, "stdio");
  }
  return 0;
}
