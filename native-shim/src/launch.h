/* SPDX-License-Identifier: Apache-2.0 */
/* The command that people type: finds its place, starts Node, stays as the monitor. */
#ifndef TSBUILD_LAUNCH_H
#define TSBUILD_LAUNCH_H

int launch_main(char *argv[]);

/* The monitor alone, its control socket being descriptor 3: for a parent that runs many. */
int shim_main(void);

#endif
