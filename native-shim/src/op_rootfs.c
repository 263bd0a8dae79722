/* SPDX-License-Identifier: Apache-2.0 */
/* The root file system: how it comes into the mount namespace and becomes "/". */
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "ops.h"
#include "path.h"
#include "sys.h"

static int set_root(struct ctx *ctx, const char *path) {
  ctx->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return ctx->root_fd < 0 ? failed(ctx, path) : 0;
}

/*
 * rootfs-mount CWD SOURCE TARGET TYPE FLAGS DATA
 *
 * mount(2) on a host path; relative names in DATA start at CWD, which keeps an overlay of many
 * layers within the page that mount(2) takes. TARGET becomes the root of the ops that follow.
 */
int op_rootfs_mount(struct ctx *ctx, const struct field arg[]) {
  const char *target = arg[2].data;
  if (chdir(arg[0].data) < 0)
    return failed(ctx, arg[0].data);
  if (mount(arg[1].data, target, arg[3].data, (unsigned long)field_number(arg[4]), arg[5].data) < 0)
    return failed(ctx, target);
  return set_root(ctx, target);
}

/*
 * rootfs-bind SOURCE TARGET
 *
 * The directory SOURCE, with what is mounted below it, becomes a mount at TARGET (they may be
 * the same): pivot_root(2) needs a mount point.
 */
int op_rootfs_bind(struct ctx *ctx, const struct field arg[]) {
  const char *source = arg[0].data;
  const char *target = arg[1].data;
  autofd tree = sys_open_tree(AT_FDCWD, source,
                              SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | SYS_AT_RECURSIVE);
  if (tree < 0)
    return failed(ctx, source);
  if (sys_move_mount(tree, "", AT_FDCWD, target, SYS_MOVE_F_EMPTY_PATH) < 0)
    return failed(ctx, target);
  return set_root(ctx, target);
}

/* rootfs-readonly: only the root itself, not what was mounted onto it. */
int op_rootfs_readonly(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  struct sys_mount_attr attr = { .attr_set = SYS_ATTR_RDONLY };
  return sys_mount_setattr(ctx->root_fd, "", AT_EMPTY_PATH, &attr) < 0 ? failed(ctx, "/") : 0;
}

/*
 * pivot: makes the root "/" and detaches the host's tree.
 *
 * The stacked form of pivot_root(2), NOTES: no directory for the old root is needed. The old
 * root is made a slave first, or its unmount would propagate to the host.
 */
int op_pivot(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  autofd old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (old < 0 || fchdir(ctx->root_fd) < 0 || sys_pivot_root(".", ".") < 0)
    return failed(ctx, "/");
  /* mount(2) would take "." for the new root: what is stacked on it must be entered by name. */
  if (fchdir(old) < 0)
    return failed(ctx, "/");
  if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0 || umount2(".", MNT_DETACH) < 0)
    return failed(ctx, "/");
  if (chdir("/") < 0)
    return failed(ctx, "/");
  close(ctx->root_fd);
  return set_root(ctx, "/");
}

/* propagation PATH FLAGS: MS_REC | MS_SLAVE and the like on a host path. */
int op_propagation(struct ctx *ctx, const struct field arg[]) {
  if (mount(NULL, arg[0].data, NULL, (unsigned long)field_number(arg[1]), NULL) < 0)
    return failed(ctx, arg[0].data);
  return 0;
}
