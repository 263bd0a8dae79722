/* SPDX-License-Identifier: Apache-2.0 */
/* How init comes into being: a child of the guard, in new namespaces or in joined ones. */
#ifndef TSBUILD_INIT_START_H
#define TSBUILD_INIT_START_H

#include <sys/types.h>

#include "guard.h"

struct init_started {
  pid_t pid; /* as the guard numbers it; -1: it did not start */
  int pidfd;
  int err;           /* why not */
  const char *where; /* `clone`, or `join` */
  int flag;          /* of the namespace that could not be joined */
};

/* `children` is a descriptor of the guard that init does not get. */
struct init_started init_start(const struct guard_start *start, int children);

#endif
