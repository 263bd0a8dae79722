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

/*
 * Forks it. `identity`: it holds the capabilities to write an identity map itself.
 *
 * Returns 0, or -1 with errno; 1 in the mapper itself, once it stands in, with `record` as it is
 * by then.
 */
int mapper_start(struct mapper *mapper, uid_t uid, bool identity, struct record *record);

/* Our user namespace exists: has the maps written. Returns the rung, 0 when none was written. */
int mapper_map(struct mapper *mapper, struct record *record);

/*
 * The user namespace is of no use: the mapper, outside, goes on as what we are. We hand signals
 * on to it and end as it does.
 */
_Noreturn void mapper_stands_in(const struct mapper *mapper, const struct record *record);

/* It is not needed any more. */
void mapper_cancel(struct mapper *mapper);

#endif
