/* SPDX-License-Identifier: Apache-2.0 */
#include "join.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

static const struct {
  int flag;
  const char *own;
} kinds[] = {
  { CLONE_NEWUSER, "/proc/self/ns/user" },     { CLONE_NEWPID, "/proc/self/ns/pid" },
  { CLONE_NEWNET, "/proc/self/ns/net" },       { CLONE_NEWIPC, "/proc/self/ns/ipc" },
  { CLONE_NEWUTS, "/proc/self/ns/uts" },       { CLONE_NEWNS, "/proc/self/ns/mnt" },
  { CLONE_NEWCGROUP, "/proc/self/ns/cgroup" },
};

static bool is_own(int flag, int fd) {
  struct stat theirs, ours;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].flag == flag)
      return fstat(fd, &theirs) == 0 && stat(kinds[i].own, &ours) == 0 &&
             theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
  return false;
}

/* ioctl_ns(2): its type must be the one meant, and its owner within the sight of our rights. */
static int check(int flag, int fd) {
  if (ioctl(fd, NS_GET_NSTYPE) != flag) {
    errno = EINVAL;
    return -1;
  }
  autofd owner = ioctl(fd, NS_GET_USERNS);
  return owner < 0 ? -1 : 0;
}

static int add(struct joins *joins, int flag, const char *path) {
  /* O_NONBLOCK: a fifo in the place of a namespace must not hold us up. */
  autofd fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  if (is_own(flag, fd))
    return 0;
  if (check(flag, fd) < 0)
    return -1;
  joins->flag[joins->count] = flag;
  joins->fd[joins->count++] = steal_fd(&fd);
  return 0;
}

int joins_open(struct joins *joins, struct field list, const char **where) {
  static char at_fault[512];
  autofree char **words = list_vector(list);
  joins->count = 0;
  for (size_t i = 0; words[i] != NULL; i += 2) {
    if (words[i + 1] == NULL || joins->count == JOINS_MAX)
      protocol_broken("malformed list of namespaces");
    const struct field flag = { words[i], (uint32_t)strlen(words[i]) };
    if (add(joins, (int)field_number(flag), words[i + 1]) < 0) {
      const int saved = errno;
      strncpy(at_fault, words[i + 1], sizeof at_fault - 1);
      *where = at_fault;
      joins_close(joins);
      errno = saved;
      return -1;
    }
  }
  return 0;
}

void joins_close(struct joins *joins) {
  for (int i = 0; i < joins->count; i++)
    close(joins->fd[i]);
  joins->count = 0;
}

static int enter(const struct joins *joins, bool user, int *flag) {
  for (int i = 0; i < joins->count; i++) {
    *flag = joins->flag[i];
    if ((*flag == CLONE_NEWUSER) == user && setns(joins->fd[i], *flag) < 0)
      return -1;
  }
  return 0;
}

int joins_enter(const struct joins *joins, int *flag) {
  return enter(joins, false, flag) < 0 ? -1 : enter(joins, true, flag);
}
