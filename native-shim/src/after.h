/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of the host that are run when the container is gone, whatever became of it. */
#ifndef TSBUILD_AFTER_H
#define TSBUILD_AFTER_H

#include <stdbool.h>
#include <stddef.h>

#include "frame.h"

enum { AFTER_MAX = 64, AFTER_BYTES_MAX = 4 << 20, AFTER_FIELDS = 7 };

struct after {
  struct frame program[AFTER_MAX]; /* messages, as they came */
  int count;
  size_t bytes; /* of all of them */
};

/*
 * after PROGRAM ARGV ENV INPUT TIMEOUT-MS NOTICES: keeps the message; false with errno when
 * there is no room for it.
 *
 * INPUT is what the program reads on stdin; both its outputs are our stderr. After TIMEOUT-MS its
 * process group is killed, 0: never. NOTICES is a list of three lines, said when it could not be
 * started (the reason follows), ended with a status other than 0 (which follows), or took too long.
 */
bool after_keep(struct after *after, const struct field fields[AFTER_FIELDS]);

/*
 * Runs them one after the other, in the order in which they came. A signal on `signals`, a
 * signalfd, that would end us ends the one that runs.
 */
void after_run(struct after *after, int signals);

#endif
