/* SPDX-License-Identifier: Apache-2.0 */
/* The root file system where no mount is allowed, and so neither a bind mount nor pivot_root(2). */
#include <unistd.h>

#include "cleanup.h"
#include "ops.h"
#include "sys.h"

/* rootfs-open PATH: the directory becomes the root of the ops that follow, as it is. */
int op_rootfs_open(struct ctx *ctx, const struct field arg[]) {
  autofd root = open(arg[0].data, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0)
    return failed(ctx, arg[0].data);
  ctx->root_fd = steal_fd(&root);
  return 0;
}

/*
 * chroot: makes the root "/" for this process, chroot(2).
 *
 * No wall: whoever keeps CAP_SYS_CHROOT gets out, and the outer tree stays mounted.
 */
int op_chroot(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  if (fchdir(ctx->root_fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
    return failed(ctx, "/");
  return 0;
}
