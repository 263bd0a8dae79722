/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "made.h"
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

enum { LINKS_MAX = 40 }; /* as many as the kernel follows, path_resolution(7) */

/*
 * Where the dangling link `name`, which stands at the end of the first `len` bytes of `path`,
 * leads: a path below the root, with the rest of `path` behind it. Images bring such links:
 * /var/run and /etc/resolv.conf into /run are common ones.
 */
static int follow_link(int parent, const char *name, const char *path, size_t len,
                       char target[PATH_MAX]) {
  char link[PATH_MAX];
  const ssize_t got = readlinkat(parent, name, link, sizeof link - 1);
  if (got < 0)
    return -1;
  link[got] = '\0';
  const int dir = link[0] == '/' ? 0 : (int)(len - strlen(name));
  const int need = snprintf(target, PATH_MAX, "%.*s%s%s", dir, path, link, path + len);
  if (need >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return 0;
}

/* The next component of `path` from *at on, into `name`; 1, 0 at the end, -1 with errno. */
static int next_name(const char **at, char name[NAME_MAX + 1]) {
  *at += strspn(*at, "/");
  const size_t len = strcspn(*at, "/");
  if (len > NAME_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(name, *at, len);
  name[len] = '\0';
  *at += len;
  return len > 0;
}

/* A directory without its owner is worse than none. */
static int make_dir(int parent, const char *name, const struct new_dir *dir) {
  if (mkdirat(parent, name, dir->mode) < 0)
    return -1;
  if (!dir->owned || fchownat(parent, name, dir->uid, dir->gid, AT_SYMLINK_NOFOLLOW) == 0)
    return 0;
  const int saved = errno;
  unlinkat(parent, name, AT_REMOVEDIR);
  errno = saved;
  return -1;
}

/* One to be mounted on is written down before, and what it is in keeps its time. */
static int make_noted_dir(int root, int parent, const char *prefix, const struct new_dir *dir) {
  const char *slash = strrchr(prefix, '/');
  const char *name = slash == NULL ? prefix : slash + 1;
  struct timespec before;
  if (!dir->to_mount_on)
    return make_dir(parent, name, dir);
  if (made_note(root, parent, prefix, &before) < 0 || make_dir(parent, name, dir) < 0)
    return -1;
  return made_settle(parent, &before);
}

/* The directory `prefix`, in `parent`: opened, or made. */
static int enter_dir(int root, int parent, const char *prefix, const struct new_dir *dir) {
  const int found = open_in_root(root, prefix, O_PATH | O_DIRECTORY);
  if (found >= 0 || errno != ENOENT)
    return found;
  if (make_noted_dir(root, parent, prefix, dir) < 0 && errno != EEXIST)
    return -1;
  return open_in_root(root, prefix, O_PATH | O_DIRECTORY);
}

/* Every prefix is resolved anew from the root: a link on the way may lead elsewhere in it. */
static int make_dirs(int root, const char *path, const struct new_dir *dir, int links_left) {
  char prefix[PATH_MAX], name[NAME_MAX + 1], target[PATH_MAX];
  if (strlen(path) >= sizeof prefix) {
    errno = ENAMETOOLONG;
    return -1;
  }
  autofd parent = open_in_root(root, "/", O_PATH | O_DIRECTORY);
  for (const char *at = path; parent >= 0;) {
    const int more = next_name(&at, name);
    if (more <= 0)
      return more < 0 ? -1 : steal_fd(&parent);
    const size_t len = (size_t)(at - path);
    memcpy(prefix, path, len);
    prefix[len] = '\0';
    const int next = enter_dir(root, parent, prefix, dir);
    if (next < 0 && errno == ENOENT && links_left > 0 &&
        follow_link(parent, name, path, len, target) == 0)
      return make_dirs(root, target, dir, links_left - 1);
    if (next < 0)
      return -1;
    close(parent);
    parent = next;
  }
  return -1;
}

int make_owned_dirs_in_root(int root, const char *path, const struct new_dir *dir) {
  const int fd = open_in_root(root, path, O_PATH | O_DIRECTORY);
  return fd >= 0 || errno != ENOENT ? fd : make_dirs(root, path, dir, LINKS_MAX);
}

int make_dirs_in_root(int root, const char *path, mode_t mode) {
  const struct new_dir dir = { .mode = mode };
  return make_owned_dirs_in_root(root, path, &dir);
}

static int find_parent(int root, const char *path, const struct new_dir *made, const char **name) {
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
  return make_owned_dirs_in_root(root, len == 0 ? "/" : dir, made);
}

int open_parent(int root, const char *path, const char **name) {
  const struct new_dir dir = { .mode = 0755 };
  return find_parent(root, path, &dir, name);
}

static const struct new_dir mount_point = { .mode = 0755, .to_mount_on = 1 };

static int make_file(int root, const char *path, int links_left) {
  const int found = open_in_root(root, path, O_PATH);
  if (found >= 0 || errno != ENOENT)
    return found;
  const char *name;
  struct timespec before;
  autofd parent = find_parent(root, path, &mount_point, &name);
  if (parent < 0 || made_note(root, parent, path, &before) < 0)
    return -1;
  autofd file = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644);
  if (file >= 0)
    return made_settle(parent, &before) < 0 ? -1 : open_in_root(root, path, O_PATH);
  char target[PATH_MAX];
  if (errno != EEXIST || links_left == 0 ||
      follow_link(parent, name, path, strlen(path), target) < 0)
    return -1;
  return make_file(root, target, links_left - 1);
}

int make_target(int root, const char *path, int is_dir) {
  return is_dir ? make_owned_dirs_in_root(root, path, &mount_point)
                : make_file(root, path, LINKS_MAX);
}
