/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes that are more than a bind mount. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "cleanup.h"
#include "mounts.h"
#include "ops.h"
#include "path.h"
#include "sys.h"
#include "tree.h"

/* A directory of the host, followed through links: the user named it. */
static int host_dir(struct ctx *ctx, const char *path) {
  const int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? failed(ctx, path) : fd;
}

/*
 * overlay TARGET LOWER UPPER WORK ATTRIBUTES OPTIONS
 *
 * LOWER with UPPER above it. They are directories of the host, and the kernel gets them by
 * descriptor, so no character in their names means anything.
 */
int op_overlay(struct ctx *ctx, const struct field arg[]) {
  static const char *const names[] = { "lowerdir", "upperdir", "workdir" };
  int fds[3];
  char options[PATH_MAX];
  int len = 0;
  autofd lower = fds[0] = host_dir(ctx, arg[1].data);
  autofd upper = fds[1] = lower < 0 ? -1 : host_dir(ctx, arg[2].data);
  autofd work = fds[2] = upper < 0 ? -1 : host_dir(ctx, arg[3].data);
  if (work < 0)
    return -1;
  for (int i = 0; i < 3; i++)
    len += snprintf(options + len, sizeof options - (size_t)len, "%s=/proc/self/fd/%d,", names[i],
                    fds[i]);
  errno = ENAMETOOLONG;
  if ((size_t)snprintf(options + len, sizeof options - (size_t)len, "%s", arg[5].data) >=
      sizeof options - (size_t)len)
    return failed(ctx, arg[0].data);
  const struct filesystem wanted = {
    .type = "overlay",
    .source = "overlay",
    .attributes = (unsigned)field_number(arg[4]),
    .options = options,
    .target = arg[0].data,
  };
  autofd mount = new_filesystem(ctx, &wanted);
  if (mount < 0)
    return -1;
  autofd spot = make_target(ctx->root_fd, arg[0].data, 1);
  return spot < 0 || attach(mount, spot) < 0 ? failed(ctx, arg[0].data) : 0;
}

/*
 * tmpfs-copy TARGET SOURCE ATTRIBUTES OPTIONS WITH-TOP
 *
 * A tmpfs with a copy of what the directory TARGET held before, and WITH-TOP 1 with the owner and
 * mode of that. The attributes of the mount come last: it may be read-only.
 */
int op_tmpfs_copy(struct ctx *ctx, const struct field arg[]) {
  const char *target = arg[0].data;
  struct sys_mount_attr attr = { .attr_set = (uint64_t)field_number(arg[2]) };
  const struct filesystem wanted = {
    .type = "tmpfs",
    .source = arg[1].data,
    .options = arg[3].data,
    .target = target,
  };
  autofd mount = new_filesystem(ctx, &wanted);
  if (mount < 0)
    return -1;
  autofd spot = make_target(ctx->root_fd, target, 1);
  if (spot < 0 || tree_copy(spot, mount, field_number(arg[4]) != 0) < 0 ||
      sys_mount_setattr(mount, "", AT_EMPTY_PATH, &attr) < 0 || attach(mount, spot) < 0)
    return failed(ctx, target);
  return 0;
}

/*
 * own-tree SOURCE UID GID
 *
 * Gives SOURCE, a file or directory of the host, and all below it to a user of the container. No
 * link below it is followed.
 */
int op_own_tree(struct ctx *ctx, const struct field arg[]) {
  const uid_t uid = (uid_t)field_number(arg[1]);
  const gid_t gid = (gid_t)field_number(arg[2]);
  return tree_own(arg[0].data, uid, gid) < 0 ? failed(ctx, arg[0].data) : 0;
}
