/* SPDX-License-Identifier: Apache-2.0 */
/* Files, directories and devices inside the container's root. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "channel.h"
#include "cleanup.h"
#include "ops.h"
#include "path.h"
#include "sys.h"

/* mkdir PATH MODE: with its parents; fine when it exists as a directory. */
int op_mkdir(struct ctx *ctx, const struct field arg[]) {
  autofd dir = make_dirs_in_root(ctx->root_fd, arg[0].data, (mode_t)field_number(arg[1]));
  return dir < 0 ? failed(ctx, arg[0].data) : 0;
}

/* workdir PATH MODE UID GID: as mkdir; what is made on the way belongs to UID and GID. */
int op_workdir(struct ctx *ctx, const struct field arg[]) {
  const struct new_dir new_dir = {
    .mode = (mode_t)field_number(arg[1]),
    .owned = 1,
    .uid = (uid_t)field_number(arg[2]),
    .gid = (gid_t)field_number(arg[3]),
  };
  autofd dir = make_owned_dirs_in_root(ctx->root_fd, arg[0].data, &new_dir);
  return dir < 0 ? failed(ctx, arg[0].data) : 0;
}

/* symlink TARGET PATH: left alone when PATH exists, whatever it is. */
int op_symlink(struct ctx *ctx, const struct field arg[]) {
  const char *name;
  autofd parent = open_parent(ctx->root_fd, arg[1].data, &name);
  if (parent < 0 || (symlinkat(arg[0].data, parent, name) < 0 && errno != EEXIST))
    return failed(ctx, arg[1].data);
  return 0;
}

/* A node without its owner or mode is worse than none. */
static int failed_node(struct ctx *ctx, int parent, const char *name, const char *path) {
  failed(ctx, path);
  unlinkat(parent, name, 0);
  return -1;
}

/*
 * mknod PATH TYPE MODE MAJOR MINOR UID GID
 *
 * TYPE is the S_IFMT part. An existing node of the same type and number is taken as it is.
 */
int op_mknod(struct ctx *ctx, const struct field arg[]) {
  const char *path = arg[0].data;
  const mode_t type = (mode_t)field_number(arg[1]);
  const mode_t mode = (mode_t)field_number(arg[2]);
  const dev_t device = makedev((unsigned)field_number(arg[3]), (unsigned)field_number(arg[4]));
  const char *name;
  autofd parent = open_parent(ctx->root_fd, path, &name);
  if (parent < 0)
    return failed(ctx, path);
  if (mknodat(parent, name, type | mode, device) < 0) {
    struct stat st;
    const int same = errno == EEXIST && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                     (st.st_mode & S_IFMT) == type && st.st_rdev == device;
    if (same)
      return 0;
    errno = errno == EEXIST || errno == 0 ? EEXIST : errno;
    return failed(ctx, path);
  }
  const uid_t uid = (uid_t)field_number(arg[5]);
  const gid_t gid = (gid_t)field_number(arg[6]);
  /* The mode once more: mknodat(2) went through our umask. */
  if (fchmodat(parent, name, mode, 0) < 0 ||
      fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
    return failed_node(ctx, parent, name, path);
  return 0;
}

/*
 * bind-device SOURCE PATH TYPE MAJOR MINOR
 *
 * A user namespace may not make devices (user_namespaces(7)), so the host's node SOURCE is
 * bound; it must be the device that was meant.
 */
int op_bind_device(struct ctx *ctx, const struct field arg[]) {
  const char *source = arg[0].data;
  const char *path = arg[1].data;
  autofd node = open(source, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  struct stat st;
  if (node < 0 || fstat(node, &st) < 0)
    return failed(ctx, source);
  const dev_t device = makedev((unsigned)field_number(arg[3]), (unsigned)field_number(arg[4]));
  if ((st.st_mode & S_IFMT) != (mode_t)field_number(arg[2]) || st.st_rdev != device) {
    errno = ENODEV;
    return failed(ctx, source);
  }
  autofd tree =
      sys_open_tree(node, "", SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  if (tree < 0)
    return failed(ctx, source);
  autofd spot = make_target(ctx->root_fd, path, 0);
  if (spot < 0 ||
      sys_move_mount(tree, "", spot, "", SYS_MOVE_F_EMPTY_PATH | SYS_MOVE_T_EMPTY_PATH) < 0)
    return failed(ctx, path);
  return 0;
}

static int slurp(int fd, char *data, size_t max) {
  size_t len = 0;
  while (len < max) {
    const ssize_t n = read(fd, data + len, max - len);
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    len += (size_t)n;
  }
  return (int)len;
}

/*
 * read-file PATH BYTES_MAX
 *
 * Sends `file` PATH ERRNO CONTENT. A missing file is an answer, not a failure; one that is not
 * a regular file or is longer than BYTES_MAX is answered with EFBIG or EINVAL.
 */
int op_read_file(struct ctx *ctx, const struct field arg[]) {
  const size_t max = (size_t)field_number(arg[1]);
  autofree char *data = malloc(max + 1);
  if (data == NULL)
    return failed(ctx, arg[0].data);
  int len = 0;
  int err = 0;
  struct stat st;
  /* O_NONBLOCK: a fifo of that name must not hold us up. */
  autofd fd = open_in_root(ctx->root_fd, arg[0].data, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 || fstat(fd, &st) < 0)
    err = errno;
  else if (!S_ISREG(st.st_mode))
    err = EINVAL;
  else if ((len = slurp(fd, data, max + 1)) < 0)
    err = errno;
  else if ((size_t)len > max)
    err = EFBIG;
  autoframe frame = { 0 };
  frame_text(&frame, "file");
  frame_text(&frame, arg[0].data);
  frame_number(&frame, err);
  frame_bytes(&frame, data, err != 0 ? 0 : (size_t)len);
  return channel_send(ctx->channel, &frame, -1) < 0 ? failed(ctx, arg[0].data) : 0;
}
