/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "sys.h"

extern char **environ;

static bool same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * By its name: /proc/self/exe leads to a mount of the namespace that we came from, which cannot
 * be cloned here. What has our name by now must be our own file.
 */
static int readonly_clone(void) {
  char path[PATH_MAX];
  struct stat ours, named;
  const ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
  if (len < 0)
    return -1;
  path[len] = '\0';
  autofd tree = sys_open_tree(AT_FDCWD, path, SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC);
  if (tree < 0 || fstat(tree, &named) < 0 || stat("/proc/self/exe", &ours) < 0 ||
      !same_file(&ours, &named))
    return -1;
  struct sys_mount_attr attr = { .attr_set = SYS_ATTR_RDONLY };
  if (sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0)
    return -1;
  return steal_fd(&tree);
}

static int sealed_copy(void) {
  struct stat st;
  autofd self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  autofd copy = sys_memfd_create("tsbuild", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self < 0 || copy < 0 || fstat(self, &st) < 0)
    return -1;
  for (off_t done = 0; done < st.st_size;)
    if (sendfile(copy, self, &done, (size_t)(st.st_size - done)) <= 0)
      return -1;
  const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (fcntl(copy, F_ADD_SEALS, seals) < 0)
    return -1;
  return steal_fd(&copy);
}

void seal_exec(char *const argv[]) {
  autofd clone = readonly_clone();
  autofd program = clone >= 0 ? steal_fd(&clone) : sealed_copy();
  if (program >= 0)
    syscall(SYS_execveat, program, "", argv, environ, AT_EMPTY_PATH);
}
