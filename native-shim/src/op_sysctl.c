/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "ops.h"
#include "path.h"
#include "sys.h"

enum { PROC_MAGIC = 0x9fa0 };

/*
 * sysctl PATH VALUE: writes a file of the container's /proc, which must be one of procfs: an image
 * could have something else there. What is written is a setting of the namespaces that we are in.
 */
int op_sysctl(struct ctx *ctx, const struct field arg[]) {
  const char *path = arg[0].data;
  struct statfs fs;
  autofd file = open_in_root(ctx->root_fd, path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (file < 0 || fstatfs(file, &fs) < 0)
    return failed(ctx, path);
  if (fs.f_type != PROC_MAGIC) {
    errno = EXDEV;
    return failed(ctx, path);
  }
  return write(file, arg[1].data, arg[1].len) < 0 ? failed(ctx, path) : 0;
}
