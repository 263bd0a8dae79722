/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is a run of texts, each ended by NUL: a path, the time of change of the directory that
 * it is in ("seconds.nanoseconds"), and an empty one when that has its time back. The other half
 * is core/snapshot/made-file.ts.
 */
#include "made.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "sys.h"

/* Of init, which makes one container. */
static char file[PATH_MAX];
static int file_fd = -1;

void made_into(const char *path, int fd) {
  snprintf(file, sizeof file, "%s", path);
  if (file_fd >= 0)
    close(file_fd);
  file_fd = fd;
}

static int append(const char *data, size_t len) {
  if (file_fd < 0)
    file_fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file_fd < 0)
    return -1;
  const ssize_t n = write(file_fd, data, len);
  if (n >= 0 && (size_t)n < len)
    errno = ENOSPC;
  return n == (ssize_t)len ? 0 : -1;
}

/* What lies in a volume is the host's, not the root's. */
static int is_of_root(int root, int parent, const char *path) {
  struct stat st, at_root;
  if (fstat(parent, &st) < 0 || fstat(root, &at_root) < 0 || st.st_dev != at_root.st_dev)
    return 0;
  if (st.st_ino == at_root.st_ino)
    return 1;
  char dir[PATH_MAX];
  const char *name = strrchr(path, '/');
  snprintf(dir, sizeof dir, "%.*s", name == NULL ? 0 : (int)(name - path), path);
  struct open_how how = {
    .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
  };
  autofd same = sys_openat2(root, dir, &how);
  return same >= 0;
}

int made_note(int root, int parent, const char *path, struct timespec *before) {
  char text[PATH_MAX + 64];
  struct stat st;
  before->tv_nsec = UTIME_OMIT;
  if (*file == '\0' || !is_of_root(root, parent, path))
    return 0;
  if (fstat(parent, &st) < 0)
    return -1;
  const int len = snprintf(text, sizeof text, "%s%c%lld.%09ld", path, 0,
                           (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  if (append(text, (size_t)len + 1) < 0)
    return -1;
  *before = st.st_mtim;
  return 0;
}

int made_settle(int parent, const struct timespec *before) {
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, *before };
  if (before->tv_nsec == UTIME_OMIT)
    return 0;
  return utimensat(parent, ".", times, 0) < 0 || append("", 1) < 0 ? -1 : 0;
}
