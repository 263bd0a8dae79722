/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TSBUILD_IDMAP_H
#define TSBUILD_IDMAP_H

#include <sys/types.h>

/* Writes `text` to /proc/PID/NAME in one write(2), as user_namespaces(7) wants; 0 or -1. */
int idmap_write(long pid, const char *name, const char *text);

#endif
