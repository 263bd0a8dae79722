/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pid 1 of the outer pid namespace of a container. It never execs and never changes its
 * credentials, so PDEATHSIG holds: when the monitor dies, it dies, and with it everything in
 * its namespace, whatever those processes did to their own ids.
 *
 * Where the container shares a pid namespace that is not ours to make, it is a subreaper: it ends
 * what is left of the container when init or the monitor has ended, process by process.
 */
#ifndef TSBUILD_GUARD_H
#define TSBUILD_GUARD_H

#include <stdbool.h>

#include "join.h"

struct guard_start {
  unsigned long clone_flags; /* CLONE_NEW* of init: pid, and user where it gets one */
  bool subreaper;            /* there is no pid namespace of the guard's own */
  struct joins *joins;       /* namespaces that init enters before it is cloned */
  int channel;               /* to the monitor */
  int init_channel;          /* init's end of its channel to the monitor */
  int stdio[3];              /* what init gets as 0, 1, 2 */
  bool external;             /* commands make init, see guard_command.h */
  const int *locks;          /* descriptors of locks that hold until init is gone */
  int lock_count;
};

/* Starts init, then helpers and commands as asked; reaps all; returns never. */
_Noreturn void guard_main(const struct guard_start *start);

#endif
