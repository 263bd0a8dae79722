/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a container that has no pid namespace which would end with its guard. */
#ifndef TSBUILD_DESCENDANTS_H
#define TSBUILD_DESCENDANTS_H

#include <sys/types.h>

/*
 * Ends our children, and what becomes our child when they end, since we are a subreaper (prctl(2),
 * PR_SET_CHILD_SUBREAPER), until none is left or five seconds have passed. `spared` stays, where it
 * is not 0.
 */
void descendants_end(pid_t spared);

#endif
