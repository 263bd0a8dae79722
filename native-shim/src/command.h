/* SPDX-License-Identifier: Apache-2.0 */
/* One program below the guard, with a /proc that numbers processes as it does itself. */
#ifndef TSBUILD_COMMAND_H
#define TSBUILD_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "frame.h"

struct command {
  pid_t pid;  /* 0: none runs */
  int output; /* memfds of its stdout and stderr, where it has not the container's; or -1 */
  int complaints;
  int failure; /* read end of a pipe: why it did not come to run, where it did not; or -1 */
};

struct failure {
  int err;
  char where[64];
};

/*
 * Starts CWD ARGV ENV in a session and a mount namespace of its own, with the descriptors of
 * `stdio`; NULL: nothing to read, and its output is kept. 0 or -1 with errno.
 */
int command_start(struct command *command, const struct field arg[3], const int *stdio);

/* It has ended: true when it never came to run, and why. */
bool command_refused(const struct command *command, struct failure *failure);

/* As much of its stdout or stderr as there is room for; returns the number of bytes. */
size_t command_text(int memory, char *text, size_t size);

/* There is none any more. */
void command_forget(struct command *command);

#endif
