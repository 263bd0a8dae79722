/* SPDX-License-Identifier: Apache-2.0 */
/* Short-lived programs of the host: found in PATH, run to their end, their words kept. */
#ifndef TSBUILD_PROGRAM_H
#define TSBUILD_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The absolute path of `name` by PATH, into `path`; false when there is none. */
bool program_find(const char *name, char *path, size_t size);

/* Starts argv[0]; its stdout and stderr go to `output`, a descriptor. Returns its pid or -1. */
pid_t program_start(char *const argv[], int output);

/* Waits; the exit status, 128 + n for a signal, 127 when it could not be started. */
int program_wait(pid_t pid);

/* All of it: the status, with at most size-1 bytes of what it said in `output`. */
int program_output(char *const argv[], char *output, size_t size);

#endif
