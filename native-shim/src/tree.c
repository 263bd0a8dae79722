/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "cleanup.h"

/* Each level holds descriptors and a bit of the stack. */
enum { DEPTH_MAX = 1000, XATTR_MAX = 65536 };

typedef int visit(int dir, const char *name, void *data, int depth);

static void close_dir(DIR **dir) {
  if (*dir != NULL) {
    const int saved = errno;
    closedir(*dir);
    errno = saved;
  }
}

/* Calls `each` for every name in `dir`; stops at the first that fails. */
static int for_each(int dir, visit *each, void *data, int depth) {
  errno = ELOOP;
  if (depth > DEPTH_MAX)
    return -1;
  autofd own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  __attribute__((cleanup(close_dir))) DIR *stream = own < 0 ? NULL : fdopendir(own);
  if (stream == NULL)
    return -1;
  own = -1; /* the stream's */
  const struct dirent *entry;
  while (errno = 0, (entry = readdir(stream)) != NULL) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && each(dir, name, data, depth) < 0)
      return -1;
  }
  return errno != 0 ? -1 : 0;
}

static int open_dir(int dir, const char *name) {
  return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

struct owner {
  uid_t uid;
  gid_t gid;
};

/* What is in a directory comes first: afterwards it may be closed to us. */
static int own_entry(int dir, const char *name, void *data, int depth) {
  const struct owner *owner = data;
  autofd below = open_dir(dir, name);
  if (below < 0 && errno != ENOTDIR && errno != ELOOP)
    return errno == ENOENT ? 0 : -1; /* removed meanwhile */
  if (below >= 0)
    return for_each(below, own_entry, data, depth + 1) < 0 ? -1
                                                           : fchown(below, owner->uid, owner->gid);
  const int flags = AT_SYMLINK_NOFOLLOW;
  return fchownat(dir, name, owner->uid, owner->gid, flags) < 0 && errno != ENOENT ? -1 : 0;
}

int tree_own(const char *path, uid_t uid, gid_t gid) {
  struct owner owner = { uid, gid };
  autofd top = open(path, O_PATH | O_CLOEXEC);
  struct stat st;
  if (top < 0 || fstat(top, &st) < 0)
    return -1;
  if (S_ISDIR(st.st_mode) && for_each(top, own_entry, &owner, 0) < 0)
    return -1;
  return fchownat(top, "", uid, gid, AT_EMPTY_PATH);
}

static int copy_xattrs(int from, int to) {
  autofree char *names = malloc(XATTR_MAX), *value = malloc(XATTR_MAX);
  if (names == NULL || value == NULL)
    return -1;
  const ssize_t len = flistxattr(from, names, XATTR_MAX);
  if (len < 0)
    return errno == EOPNOTSUPP ? 0 : -1;
  for (const char *name = names; name < names + len; name += strlen(name) + 1) {
    const ssize_t n = fgetxattr(from, name, value, XATTR_MAX);
    /* Not all that a disk can hold, a file system in memory can. */
    if (n < 0 ||
        (fsetxattr(to, name, value, (size_t)n, 0) < 0 && errno != EOPNOTSUPP && errno != EPERM))
      return -1;
  }
  return 0;
}

/* The mode comes after the owner, which takes set-user-id bits away, and the time last. */
static int copy_attributes(int from, int to, const struct stat *st) {
  const struct timespec times[2] = { st->st_atim, st->st_mtim };
  if (fchown(to, st->st_uid, st->st_gid) < 0 || fchmod(to, st->st_mode & 07777) < 0)
    return -1;
  return copy_xattrs(from, to) < 0 ? -1 : futimens(to, times);
}

static int copy_content(int from, int to) {
  for (;;) {
    const ssize_t n = sendfile(to, from, NULL, 1 << 20);
    if (n <= 0)
      return (int)n;
  }
}

static int copy_file(int from_dir, const char *name, int to_dir) {
  struct stat st;
  autofd from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  autofd to = from < 0 ? -1 : openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (to < 0 || fstat(from, &st) < 0 || copy_content(from, to) < 0)
    return -1;
  return copy_attributes(from, to, &st);
}

static int copy_special(int from_dir, const char *name, int to_dir, const struct stat *st) {
  const struct timespec times[2] = { st->st_atim, st->st_mtim };
  char target[PATH_MAX];
  const ssize_t len = S_ISLNK(st->st_mode) ? readlinkat(from_dir, name, target, PATH_MAX - 1) : 0;
  if (len < 0)
    return -1;
  target[len] = '\0';
  const int made = S_ISLNK(st->st_mode) ? symlinkat(target, to_dir, name)
                                        : mknodat(to_dir, name, st->st_mode, st->st_rdev);
  if (made < 0 || fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
    return -1;
  if (!S_ISLNK(st->st_mode) && fchmodat(to_dir, name, st->st_mode & 07777, 0) < 0)
    return -1;
  return utimensat(to_dir, name, times, AT_SYMLINK_NOFOLLOW);
}

static int copy_entry(int from_dir, const char *name, void *data, int depth) {
  const int to_dir = *(const int *)data;
  struct stat st;
  if (fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
    return -1;
  if (S_ISSOCK(st.st_mode))
    return 0;
  if (S_ISREG(st.st_mode))
    return copy_file(from_dir, name, to_dir);
  if (!S_ISDIR(st.st_mode))
    return copy_special(from_dir, name, to_dir, &st);
  autofd from = open_dir(from_dir, name);
  autofd to = from < 0 || mkdirat(to_dir, name, 0700) < 0 ? -1 : open_dir(to_dir, name);
  if (to < 0 || fstat(from, &st) < 0 || for_each(from, copy_entry, &to, depth + 1) < 0)
    return -1;
  return copy_attributes(from, to, &st);
}

int tree_copy(int from, int to, int with_top) {
  struct stat st;
  autofd source = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  autofd copy = source < 0 ? -1 : openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0 || fstat(source, &st) < 0 || for_each(source, copy_entry, &copy, 0) < 0)
    return -1;
  return with_top ? copy_attributes(source, copy, &st) : 0;
}
