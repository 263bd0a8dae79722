/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "sys.h"

extern char **environ;

static int readonly_clone(void) {
  autofd tree =
      sys_open_tree(AT_FDCWD, "/proc/self/exe", SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC);
  struct sys_mount_attr attr = { .attr_set = SYS_ATTR_RDONLY };
  if (tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0)
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
