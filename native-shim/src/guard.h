/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pid 1 of the outer pid namespace of a container. It never execs and never changes its
 * credentials, so PDEATHSIG holds: when the monitor dies, it dies, and with it everything in
 * its namespace, whatever those processes did to their own ids.
 */
#ifndef TSBUILD_GUARD_H
#define TSBUILD_GUARD_H

#include <stdbool.h>

struct guard_start {
  unsigned long clone_flags; /* CLONE_NEW* of init: pid, and user where it gets one */
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
