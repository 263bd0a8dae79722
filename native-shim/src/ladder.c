/* SPDX-License-Identifier: Apache-2.0 */
#include "ladder.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "idmap.h"
#include "mapper.h"
#include "sys.h"

uint64_t ladder_capabilities(void) {
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct data[2] = { 0 };
  if (syscall(SYS_capget, &header, data) < 0)
    return 0;
  return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static bool holds(uint64_t capabilities, int capability) {
  return (capabilities >> capability & 1) != 0;
}

/* Mounts of the host still come in; ours stay ours. */
static int private_mounts(struct record *record, int rung) {
  if (unshare(CLONE_NEWNS) < 0) {
    record_tried(record, rung, "unshare-mount", errno, strerror(errno));
    return -1;
  }
  if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) {
    record_tried(record, rung, "mount-slave", errno, strerror(errno));
    return -1;
  }
  return 0;
}

/* Rung 4: one id, written by ourselves, in the order that user_namespaces(7) demands. */
static int map_single_id(struct record *record, uid_t uid, gid_t gid) {
  char map[48];
  const char *step = "setgroups";
  int result = idmap_write(getpid(), "setgroups", "deny");
  if (result == 0) {
    step = "gid_map";
    snprintf(map, sizeof map, "0 %u 1\n", gid);
    result = idmap_write(getpid(), "gid_map", map);
  }
  if (result == 0) {
    step = "uid_map";
    snprintf(map, sizeof map, "0 %u 1\n", uid);
    result = idmap_write(getpid(), "uid_map", map);
  }
  if (result < 0)
    record_tried(record, 4, step, errno, strerror(errno));
  return result;
}

static int become_root(struct record *record, int rung) {
  if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) {
    record_tried(record, rung, "setresuid", errno, strerror(errno));
    return 0;
  }
  return private_mounts(record, rung) < 0 ? 0 : rung;
}

/*
 * Makes the user namespace while the mapper, which stays outside, waits to write its maps. Where
 * they cannot be written there is no way back out, so the mapper goes on in our place.
 */
static int enter_user_namespace(struct record *record, uint64_t capabilities) {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  const bool identity = holds(capabilities, CAP_SETUID) && holds(capabilities, CAP_SETGID) &&
                        (uid != 0 || holds(capabilities, CAP_SETFCAP));
  if (!identity)
    record_tried(record, 2, "capabilities", EPERM, "not CAP_SETUID, CAP_SETGID and CAP_SETFCAP");
  struct mapper mapper;
  const int started = mapper_start(&mapper, uid, identity, record);
  if (started < 0)
    record_tried(record, 4, "mapper", errno, strerror(errno));
  if (started != 0)
    return 0;
  if (unshare(CLONE_NEWUSER) < 0) {
    record_tried(record, 4, "unshare-user", errno, strerror(errno));
    mapper_cancel(&mapper);
    return 0;
  }
  int rung = mapper_map(&mapper, record);
  if (rung == 0 && map_single_id(record, uid, gid) == 0)
    rung = 4;
  if (rung > 0)
    rung = become_root(record, rung);
  if (rung == 0)
    mapper_stands_in(&mapper, record);
  mapper_cancel(&mapper);
  return rung;
}

int ladder_enter(struct record *record) {
  const uint64_t capabilities = ladder_capabilities();
  if (!holds(capabilities, CAP_SYS_ADMIN) || geteuid() != 0)
    record_tried(record, 1, "capabilities", EPERM, "not root with CAP_SYS_ADMIN");
  else if (private_mounts(record, 1) == 0)
    return 1;
  return enter_user_namespace(record, capabilities);
}
