/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces that exist already: opened and checked by the monitor, entered by a child of it. */
#ifndef TSBUILD_JOIN_H
#define TSBUILD_JOIN_H

#include "frame.h"

enum { JOINS_MAX = 8 };

struct joins {
  int flag[JOINS_MAX]; /* CLONE_NEW*, setns(2) */
  int fd[JOINS_MAX];
  int count;
};

/*
 * Opens what LIST names, a CLONE_NEW* flag and a path in turn. A namespace that we are in needs no
 * joining and is left out. Returns 0, or -1 with errno and *where the path at fault: EINVAL when it
 * is no namespace of that type, EPERM when no user namespace of ours owns it.
 */
int joins_open(struct joins *joins, struct field list, const char **where);

void joins_close(struct joins *joins);

/*
 * Enters them all, the user namespace last: the others need the rights that we hold here. Pid
 * namespaces are for children to come. Returns 0, or -1 with errno and *flag which one failed.
 */
int joins_enter(const struct joins *joins, int *flag);

#endif
