/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that a container can reach through /proc/PID/exe must not be the user's file: it
 * could be written to (CVE-2019-5736). So we run on from a copy that nobody can write.
 */
#ifndef TSBUILD_SEAL_H
#define TSBUILD_SEAL_H

/*
 * Executes this program again with `argv` and the current environment, from a read-only clone
 * of its mount, or a sealed memfd where mounts are not allowed. Returns only on failure, with
 * errno.
 */
void seal_exec(char *const argv[]);

#endif
