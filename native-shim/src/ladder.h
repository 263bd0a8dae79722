/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where we are allowed to be: a ladder of rights, climbed by trying. 1: CAP_SYS_ADMIN here,
 * only a mount namespace; 2: a user namespace with an identity map; 3: with subordinate ids;
 * 4: with the single id. 0: none of them.
 */
#ifndef TSBUILD_LADDER_H
#define TSBUILD_LADDER_H

#include <stdint.h>

#include "record.h"

/*
 * Enters the highest rung there is, with a private mount namespace whose mounts do not reach
 * the host. What was taken, and why nothing higher, goes into `record`. Returns the rung; with 0
 * we are where we came from, perhaps as another process.
 */
int ladder_enter(struct record *record);

/* Our effective capabilities, a bit each (capabilities(7)). */
uint64_t ladder_capabilities(void);

#endif
