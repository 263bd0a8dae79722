/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that come from an image or a spec, resolved below the container's root by descriptor. */
#ifndef TSBUILD_PATH_H
#define TSBUILD_PATH_H

#include <sys/types.h>

/*
 * Opens `path` below `root`: links, absolute ones and `..` too, stay inside (openat2(2),
 * RESOLVE_IN_ROOT). Never follows /proc's magic links. Returns a descriptor or -1 with errno.
 */
int open_in_root(int root, const char *path, int flags);

/* mkdir -p below `root`; returns an O_PATH descriptor of the last directory, or -1. */
int make_dirs_in_root(int root, const char *path, mode_t mode);

/* What a directory gets that is made on the way; ours without `owned`. */
struct new_dir {
  mode_t mode;
  int to_mount_on; /* written down (made.h) */
  int owned;
  uid_t uid;
  gid_t gid;
};

/* The same with an owner for each directory that is made. */
int make_owned_dirs_in_root(int root, const char *path, const struct new_dir *dir);

/*
 * The place to mount on: the directory or file at `path`, made if it is missing (an empty
 * file when `is_dir` is 0), which is written down (made.h). Returns an O_PATH descriptor, or -1
 * with errno.
 */
int make_target(int root, const char *path, int is_dir);

/* Opens the directory that holds the last component of `path`, made if missing; *name is it. */
int open_parent(int root, const char *path, const char **name);

#endif
