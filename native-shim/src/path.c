/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "sys.h"

int open_in_root(int root, const char *path, int flags) {
  struct open_how how = {
    .flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  };
  int fd;
  do /* EAGAIN: something was renamed while ".." was being checked, openat2(2) */
    fd = sys_openat2(root, path, &how);
  while (fd < 0 && errno == EAGAIN);
  return fd;
}

int make_dirs_in_root(int root, const char *path, mode_t mode) {
  int fd = open_in_root(root, path, O_PATH | O_DIRECTORY);
  if (fd >= 0 || errno != ENOENT)
    return fd;

  char prefix[PATH_MAX];
  if (strlen(path) >= sizeof prefix) {
    errno = ENAMETOOLONG;
    return -1;
  }
  /* Every prefix is resolved anew from the root: a link on the way may lead elsewhere in it. */
  autofd parent = open_in_root(root, "/", O_PATH | O_DIRECTORY);
  for (const char *at = path; parent >= 0;) {
    at += strspn(at, "/");
    if (*at == '\0')
      return steal_fd(&parent);
    const size_t len = strcspn(at, "/");
    char name[NAME_MAX + 1];
    if (len > NAME_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    memcpy(name, at, len);
    name[len] = '\0';
    at += len;
    memcpy(prefix, path, (size_t)(at - path));
    prefix[at - path] = '\0';

    int next = open_in_root(root, prefix, O_PATH | O_DIRECTORY);
    if (next < 0 && errno == ENOENT) {
      if (mkdirat(parent, name, mode) < 0 && errno != EEXIST)
        return -1;
      next = open_in_root(root, prefix, O_PATH | O_DIRECTORY);
    }
    close(parent);
    parent = next;
  }
  return -1;
}

int open_parent(int root, const char *path, const char **name) {
  char dir[PATH_MAX];
  const char *slash = strrchr(path, '/');
  *name = slash == NULL ? path : slash + 1;
  if (**name == '\0' || strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0) {
    errno = EINVAL;
    return -1;
  }
  const size_t len = (size_t)(*name - path);
  if (len >= sizeof dir) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(dir, path, len);
  dir[len] = '\0';
  return make_dirs_in_root(root, len == 0 ? "/" : dir, 0755);
}

/*
 * Where the dangling link `name` in `path` leads, as a path below the root. Images bring such
 * links: /etc/resolv.conf into /run is a common one.
 */
static int follow_link(int parent, const char *name, const char *path, char target[PATH_MAX]) {
  char link[PATH_MAX];
  const ssize_t len = readlinkat(parent, name, link, sizeof link - 1);
  if (len < 0)
    return -1;
  link[len] = '\0';
  const int dir_len = link[0] == '/' ? 0 : (int)(name - path);
  const int need = snprintf(target, PATH_MAX, "%.*s%s", dir_len, path, link);
  if (need >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return 0;
}

static int make_file(int root, const char *path, int links_left) {
  const int found = open_in_root(root, path, O_PATH);
  if (found >= 0 || errno != ENOENT)
    return found;
  const char *name;
  autofd parent = open_parent(root, path, &name);
  if (parent < 0)
    return -1;
  autofd file = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644);
  if (file >= 0)
    return open_in_root(root, path, O_PATH);
  char target[PATH_MAX];
  if (errno != EEXIST || links_left == 0 || follow_link(parent, name, path, target) < 0)
    return -1;
  return make_file(root, target, links_left - 1);
}

int make_target(int root, const char *path, int is_dir) {
  enum { LINKS_MAX = 40 }; /* as many as the kernel follows, path_resolution(7) */
  return is_dir ? make_dirs_in_root(root, path, 0755) : make_file(root, path, LINKS_MAX);
}
