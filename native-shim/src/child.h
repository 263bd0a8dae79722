/* SPDX-License-Identifier: Apache-2.0 */
/* A program that is started for its own sake, in a session of its own: hooks. */
#ifndef TSBUILD_CHILD_H
#define TSBUILD_CHILD_H

#include <sys/types.h>

#include "frame.h"

struct child {
  const char *program; /* its path */
  struct field argv;   /* packed lists */
  struct field env;
  struct field input; /* what it reads on stdin */
  int output;         /* takes stdout and stderr */
};

/*
 * Its pid, with the pidfd; -1 with errno. Returns when the program runs or could not be started.
 * It has no other descriptors, and dies with the thread that starts it.
 */
pid_t child_start(const struct child *child, int *pidfd);

/* Ends it and all of its process group. */
void child_kill(pid_t pid);

/* Waits for its end: the exit status, 128 + n for signal n. */
int child_status(pid_t pid);

#endif
