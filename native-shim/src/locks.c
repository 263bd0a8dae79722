/* SPDX-License-Identifier: Apache-2.0 */
#include "locks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "sys.h"

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

static void write_holder(int fd, bool exclusive) {
  char text[24];
  const int len = exclusive ? snprintf(text, sizeof text, "%ld\n", (long)getpid()) : 0;
  /* Only for the message of who waits: a full disk is no reason to fail. */
  if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) < 0)
    return;
}

/*
 * Waits in a child: a lock belongs to the open file description, which we share, and so stays
 * with us when the child ends. Meanwhile the asker may go away.
 */
static int wait_for_lock(int fd, const struct lock_request *request) {
  int pidfd = -1;
  const pid_t child = sys_clone(CLONE_PIDFD, &pidfd);
  if (child < 0)
    return -1;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    _exit(flock(fd, request->exclusive ? LOCK_EX : LOCK_SH) == 0 ? 0 : 1);
  }
  struct pollfd fds[2] = { { .fd = pidfd, .events = POLLIN }, { .fd = request->asker } };
  while (poll(fds, 2, -1) < 0 && errno == EINTR)
    ;
  if (fds[0].revents == 0)
    kill(child, SIGKILL);
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  close(pidfd);
  errno = ECANCELED;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int take(int fd, const struct lock_request *request, long *holder) {
  if (flock(fd, (request->exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
    return 0;
  if (errno != EWOULDBLOCK)
    return -1;
  if (request->wait)
    return wait_for_lock(fd, request);
  *holder = read_holder(fd);
  errno = EWOULDBLOCK;
  return -1;
}

int lock_take(struct locks *locks, const struct lock_request *request, long *holder) {
  if (locks->count == LOCKS_MAX) {
    errno = ENOLCK;
    return -1;
  }
  for (;;) {
    autofd fd = open(request->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || take(fd, request, holder) < 0)
      return -1;
    if (!still_there(fd, request->path))
      continue;
    write_holder(fd, request->exclusive);
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
