/* SPDX-License-Identifier: Apache-2.0 */
/* Locks by descriptor, flock(2): closing is unlocking, the kernel does it when we die. */
#ifndef TSBUILD_LOCKS_H
#define TSBUILD_LOCKS_H

#include <stdbool.h>

enum { LOCKS_MAX = 8 };

struct locks {
  int fd[LOCKS_MAX];
  int count;
};

/*
 * Takes the lock file `path`, made if missing. Returns its descriptor, or -1 with errno;
 * EWOULDBLOCK when it is held elsewhere and `wait` is false, then *holder is the pid of who
 * holds it exclusively, 0 if unknown.
 */
int lock_take(struct locks *locks, const char *path, bool exclusive, bool wait, long *holder);

/* False when no such lock is held. */
bool lock_release(struct locks *locks, int fd);

#endif
