/* SPDX-License-Identifier: Apache-2.0 */
#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

/* Somebody may have removed the file while we waited: a lock on it would guard nothing. */
static bool still_there(int fd, const char *path) {
  struct stat opened, named;
  return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

static long read_holder(int fd) {
  char text[24] = "";
  const ssize_t n = pread(fd, text, sizeof text - 1, 0);
  return n > 0 ? strtol(text, NULL, 10) : 0;
}

static void write_holder(int fd) {
  char text[24];
  const int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
  /* Only for the message of who waits: a full disk is no reason to fail. */
  if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) < 0)
    return;
}

int lock_take(struct locks *locks, const char *path, bool exclusive, bool wait, long *holder) {
  if (locks->count == LOCKS_MAX) {
    errno = ENOLCK;
    return -1;
  }
  for (;;) {
    autofd fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
      return -1;
    if (flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | (wait ? 0 : LOCK_NB)) < 0) {
      const int saved = errno;
      *holder = read_holder(fd);
      errno = saved;
      return -1;
    }
    if (!still_there(fd, path))
      continue;
    if (exclusive)
      write_holder(fd);
    locks->fd[locks->count++] = fd;
    return steal_fd(&fd);
  }
}

bool lock_release(struct locks *locks, int fd) {
  for (int i = 0; i < locks->count; i++) {
    if (locks->fd[i] != fd)
      continue;
    close(fd);
    locks->fd[i] = locks->fd[--locks->count];
    return true;
  }
  return false;
}
