/* SPDX-License-Identifier: Apache-2.0 */
/* Locks by descriptor, flock(2): closing is unlocking, the kernel does it when we die. */
#ifndef TSBUILD_LOCKS_H
#define TSBUILD_LOCKS_H

#include <stdbool.h>

enum { LOCKS_MAX = 512 };

struct locks {
  int fd[LOCKS_MAX];
  int count;
};

struct lock_request {
  const char *path;
  bool exclusive;
  bool wait;
  int asker; /* a socket: when its other end is gone nobody waits any more */
};

/*
 * Takes a lock file, made if missing. Returns its descriptor, or -1 with errno; EWOULDBLOCK when
 * it is held elsewhere and the request does not wait, then *holder is the pid of who holds it
 * exclusively, 0 if unknown; ECANCELED when the asker went away.
 */
int lock_take(struct locks *locks, const struct lock_request *request, long *holder);

/* False when no such lock is held. */
bool lock_release(struct locks *locks, int fd);

#endif
