/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts inside the container's root: always onto a descriptor, never onto a path. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "host_side.h"
#include "made.h"
#include "mounts.h"
#include "ops.h"
#include "path.h"
#include "sys.h"

int attach(int mount, int target) {
  return sys_move_mount(mount, "", target, "", SYS_MOVE_F_EMPTY_PATH | SYS_MOVE_T_EMPTY_PATH);
}

/* What the file system itself says of its refusal, beside the target; fsopen(2), "Errors". */
static int failed_fs(struct ctx *ctx, int fs, const char *target) {
  const int saved = errno;
  char detail[sizeof ctx->detail];
  char text[256];
  const ssize_t n = read(fs, text, sizeof text - 1);
  text[n > 0 ? n : 0] = '\0';
  text[strcspn(text, "\n")] = '\0';
  /* Each line begins with its level: "e tmpfs: Unknown parameter 'x'". */
  if (n > 2)
    snprintf(detail, sizeof detail, "%s (%s)", target, text + 2);
  else
    snprintf(detail, sizeof detail, "%s", target);
  errno = saved;
  return failed(ctx, detail);
}

/* Options as mount(8) has them: "mode=0755,newinstance". */
static int configure(int fs, char *options) {
  char *rest = options;
  for (char *word; (word = strsep(&rest, ",")) != NULL;) {
    if (*word == '\0')
      continue;
    char *value = strchr(word, '=');
    if (value != NULL)
      *value++ = '\0';
    const unsigned command = value == NULL ? SYS_FSCONFIG_SET_FLAG : SYS_FSCONFIG_SET_STRING;
    if (sys_fsconfig(fs, command, word, value) < 0)
      return -1;
  }
  return sys_fsconfig(fs, SYS_FSCONFIG_CMD_CREATE, NULL, NULL);
}

int new_filesystem(struct ctx *ctx, const struct filesystem *wanted) {
  autofd fs = sys_fsopen(wanted->type);
  if (fs < 0)
    return failed(ctx, wanted->type);
  if (sys_fsconfig(fs, SYS_FSCONFIG_SET_STRING, "source", wanted->source) < 0)
    return failed_fs(ctx, fs, wanted->target);
  if (configure(fs, wanted->options) < 0)
    return failed_fs(ctx, fs, wanted->target);
  const int mount = sys_fsmount(fs, wanted->attributes);
  return mount < 0 ? failed_fs(ctx, fs, wanted->target) : mount;
}

/* A file of the host that only the monitor reaches, and that is ours to write to. */
static int open_far(struct ctx *ctx, const char *path) {
  char name[48];
  autofd tree = open_source(ctx, path, 0);
  if (tree < 0)
    return -1;
  snprintf(name, sizeof name, "/proc/self/fd/%d", tree);
  return open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
}

/*
 * mount-points FILE
 *
 * What is made from now on to be mounted on is written down in FILE, which is the host's; in none
 * when it is empty. After host-sources it must exist. The text in it: made.c.
 */
int op_mount_points(struct ctx *ctx, const struct field arg[]) {
  const char *path = arg[0].data;
  int fd = -1;
  errno = ENAMETOOLONG;
  if (strlen(path) >= PATH_MAX)
    return failed(ctx, "mount-points");
  if (*path != '\0' && ctx->host_sources && (fd = open_far(ctx, path)) < 0)
    return failed(ctx, path);
  made_into(path, fd);
  return 0;
}

/*
 * mount TARGET TYPE SOURCE ATTRIBUTES OPTIONS
 *
 * A new instance of a file system. ATTRIBUTES are MOUNT_ATTR_* bits (mount_setattr(2)).
 */
int op_mount(struct ctx *ctx, const struct field arg[]) {
  const char *target = arg[0].data;
  const struct filesystem wanted = {
    .type = arg[1].data,
    .source = arg[2].data,
    .attributes = (unsigned)field_number(arg[3]),
    .options = arg[4].data,
    .target = target,
  };
  autofd mount = new_filesystem(ctx, &wanted);
  if (mount < 0)
    return -1;
  autofd spot = make_target(ctx->root_fd, target, 1);
  if (spot < 0 || attach(mount, spot) < 0)
    return failed(ctx, target);
  return 0;
}

static int is_directory(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * bind SOURCE TARGET RECURSIVE ATTRIBUTES PROPAGATION ALL-ATTRIBUTES ALL-PROPAGATION
 *
 * SOURCE is a host path; with RECURSIVE 1 what is mounted below it comes along. The copy gets
 * its attributes and propagation while it is still detached, so no process ever sees it without
 * them: ALL-… reach everything in it, the others only its top (mount_setattr(2)).
 */
int op_bind(struct ctx *ctx, const struct field arg[]) {
  const char *source = arg[0].data;
  const char *target = arg[1].data;
  const unsigned recursive = field_number(arg[2]) != 0 ? SYS_AT_RECURSIVE : 0;
  struct sys_mount_attr top = {
    .attr_set = (uint64_t)field_number(arg[3]),
    .propagation = (uint64_t)field_number(arg[4]),
  };
  struct sys_mount_attr all = {
    .attr_set = (uint64_t)field_number(arg[5]),
    .propagation = (uint64_t)field_number(arg[6]),
  };
  autofd tree = open_source(ctx, source, recursive);
  if (tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH | SYS_AT_RECURSIVE, &all) < 0 ||
      sys_mount_setattr(tree, "", AT_EMPTY_PATH, &top) < 0)
    return failed(ctx, source);
  autofd spot = make_target(ctx->root_fd, target, is_directory(tree));
  if (spot < 0 || attach(tree, spot) < 0)
    return failed(ctx, target);
  return 0;
}

/*
 * readonly PATH
 *
 * Binds PATH onto itself, read-only with all that is mounted below. A path that the container
 * does not have is skipped (OCI runtime-spec, config-linux.md, "Readonly Paths").
 */
int op_readonly(struct ctx *ctx, const struct field arg[]) {
  const char *path = arg[0].data;
  autofd spot = open_in_root(ctx->root_fd, path, O_PATH);
  if (spot < 0)
    return errno == ENOENT || errno == ENOTDIR ? 0 : failed(ctx, path);
  autofd tree = sys_open_tree(
      spot, "", SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | SYS_AT_RECURSIVE | AT_EMPTY_PATH);
  struct sys_mount_attr attr = { .attr_set = SYS_ATTR_RDONLY };
  if (tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH | SYS_AT_RECURSIVE, &attr) < 0 ||
      attach(tree, spot) < 0)
    return failed(ctx, path);
  return 0;
}

/* A detached copy of /dev/null of the container, which must be the real one (CVE-2025-31133). */
static int null_device(struct ctx *ctx) {
  autofd null = open_in_root(ctx->root_fd, "/dev/null", O_PATH | O_NOFOLLOW);
  struct stat st;
  if (null < 0 || fstat(null, &st) < 0)
    return failed(ctx, "/dev/null");
  if (!S_ISCHR(st.st_mode) || st.st_rdev != 0x103) {
    errno = ENODEV;
    return failed(ctx, "/dev/null");
  }
  const int tree =
      sys_open_tree(null, "", SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  return tree < 0 ? failed(ctx, "/dev/null") : tree;
}

static int empty_directory(struct ctx *ctx, const char *path) {
  autofd fs = sys_fsopen("tmpfs");
  if (fs < 0 || sys_fsconfig(fs, SYS_FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    return failed(ctx, path);
  const int mount = sys_fsmount(fs, SYS_ATTR_RDONLY);
  return mount < 0 ? failed(ctx, path) : mount;
}

/*
 * mask PATH
 *
 * Hides a file behind /dev/null and a directory behind an empty read-only tmpfs; what the
 * container does not have is skipped (OCI runtime-spec, config-linux.md, "Masked Paths").
 */
int op_mask(struct ctx *ctx, const struct field arg[]) {
  const char *path = arg[0].data;
  autofd spot = open_in_root(ctx->root_fd, path, O_PATH);
  if (spot < 0)
    return errno == ENOENT || errno == ENOTDIR ? 0 : failed(ctx, path);
  autofd cover = is_directory(spot) ? empty_directory(ctx, path) : null_device(ctx);
  if (cover < 0)
    return -1;
  return attach(cover, spot) < 0 ? failed(ctx, path) : 0;
}
