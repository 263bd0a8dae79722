/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that live beside the container, in the guard's namespace: network helpers. */
#ifndef TSBUILD_HELPER_H
#define TSBUILD_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "frame.h"

enum { HELPERS_MAX = 4, HELPER_FIELDS = 7 };

struct helper {
  pid_t pid;    /* 0: the slot is free */
  bool ready;   /* has said so on its ready descriptor */
  int ready_fd; /* read end, while not ready */
  int output;   /* memfd that takes its stdout and stderr */
  char *name;   /* malloc'ed */
  char *notice; /* malloc'ed: what to say when it ends before the program does */
};

/*
 * Starts NAME ARGV ENV USERNS INPUT READY-FD NOTICE in a process group of its own, so that Ctrl-C
 * reaches only the program. Its stdin is the file INPUT, opened with our rights; then it enters the
 * user namespace USERNS, if that is not empty. READY-FD is its ready pipe, 1 to 3: one byte there
 * and it is ready; other output is kept. Answers over the channel with `helper-ready` NAME, or
 * `helper-failed` NAME STATUS OUTPUT when it ends before.
 */
void helper_start(struct helper helpers[HELPERS_MAX], int channel,
                  const struct field arg[HELPER_FIELDS]);

/* What poll(2) should watch; -1 when there is nothing to wait for. */
int helper_ready_fd(const struct helper *helper);

void helper_ready(struct helper *helper, int channel);

/* A child was reaped: sends `helper-failed`, or `helper-exit` NAME STATUS NOTICE after it was
 * ready. */
void helper_reaped(struct helper helpers[HELPERS_MAX], int channel, pid_t pid, int status);

#endif
