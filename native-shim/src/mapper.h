/* SPDX-License-Identifier: Apache-2.0 */
/* The process that stays in the outer user namespace and writes the id maps of the inner one. */
#ifndef TSBUILD_MAPPER_H
#define TSBUILD_MAPPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "record.h"

struct mapper {
  pid_t pid;
  int socket;
};

/* Forks it. `identity`: it holds the capabilities to write an identity map itself. 0 or -1. */
int mapper_start(struct mapper *mapper, uid_t uid, bool identity);

/* Our user namespace exists: has the maps written. Returns the rung, 0 when none was written. */
int mapper_map(struct mapper *mapper, struct record *record);

void mapper_cancel(struct mapper *mapper);

#endif
